import { synthAll, ValidationError } from '../lib';
import { buildEnvironment } from './build';
import { environments } from './environments';

/** Entry of `cdk8s synth`: builds every environment, checks all of them, and only then writes. */
try {
  synthAll(environments.map(environment => buildEnvironment(environment)));
} catch (error) {
  if (!(error instanceof ValidationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
