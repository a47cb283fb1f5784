// node stock.cjs <env> <folder>: the same environment, written by cdk8s' own synth.
const { App } = require('cdk8s');
const { buildEnvironment } = require('../../out/apps/build');
const { environments } = require('../../out/apps/environments');

const environment = environments.find(({ name }) => name === process.argv[2]);
App.prototype.synth.call(buildEnvironment(environment, process.argv[3]));
