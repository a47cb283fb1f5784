// Stands for `child_process` in cdk8s: its functions are loaded when one is called, to read a manifest from a URL or a Helm chart.
module.exports = new Proxy({}, { get: (_, key) => (...args) => require('node:child_process')[key](...args) });
