import { synthAll, ValidationError } from '../lib';
import { buildEnvironment } from './build';
import { environments } from './environments';

/** Entry of `cdk8s synth` and of `npm run synth -- [env...]`: builds every environment, or those that are named, checks all of them, and only then writes. */
const names = process.argv.slice(2);
const unknown = names.filter(name => !environments.some(environment => environment.name === name));
try {
  if (unknown.length > 0) throw new ValidationError(unknown.map(name => ({ path: name, sentence: `There is no environment "${name}". Write: npm run synth -- ${environments.map(environment => environment.name).join(' | ')}` })));
  synthAll(environments.filter(({ name }) => names.length === 0 || names.includes(name)).map(environment => buildEnvironment(environment)));
} catch (error) {
  if (!(error instanceof ValidationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
