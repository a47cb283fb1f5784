import { prerequisitesTable } from '../lib';
import { buildEnvironment } from './build';
import { environments } from './environments';

/** Entry of `npm run prerequisites -- <env>`. */
const name = process.argv[2];
const environment = environments.find(candidate => candidate.name === name);
if (environment) {
  const app = buildEnvironment(environment);
  console.log(prerequisitesTable(environment.name, app.prerequisites(), app.outdir));
} else {
  console.error(`${name === undefined ? 'No environment is named' : `There is no environment "${name}"`}. Write: npm run prerequisites -- ${environments.map(env => env.name).join(' | ')}`);
  process.exitCode = 1;
}
