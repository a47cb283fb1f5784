// Stands for the package `yaml` of cdk8s in the bundle. It takes milliseconds to load, and few synths need it: it is loaded when it is first used.
const own = { __esModule: true };
module.exports = new Proxy(own, { get: (_, key) => (key in own ? own[key] : require('cdk8s/node_modules/yaml')[key]) });
