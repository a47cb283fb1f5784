import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment } from '../../apps/environment';
import { apply, unknownFieldIsRefused } from './checks/apply';
import { BuiltEnvironment } from './harness/built';
import { check as checkOf } from './harness/check';
import { ControlPlane } from './harness/control-plane';
import { meetPrerequisites, prepareCluster } from './harness/prerequisites';
import { chosen, run } from './harness/run';

describe.each(chosen.map(environment => [environment.name, environment] as const))('%s', (name, environment: Environment) => {
  let plane: ControlPlane;
  let built: BuiltEnvironment;
  const check = (column: string, title: string, prove: () => Promise<number>) => { checkOf(name, column, title, prove); };

  beforeAll(async () => {
    plane = await ControlPlane.start(name);
    writeFileSync(join(run.folder, 'version'), await plane.version());
    built = new BuiltEnvironment(environment, plane.folder);
    await prepareCluster(plane, built);
  });
  afterAll(() => plane.stop());

  check('apply', 'the API server accepts every object; otherwise the first apply stops half way', () => apply(plane.kubectl, built));
  check('apply', 'the API server refuses a field that it does not know; otherwise this check cannot fail', () => unknownFieldIsRefused(plane.kubectl, built));
  check('prerequisites', 'the commands that they name make the Secrets and claims; otherwise pods wait for them', () => meetPrerequisites(plane, built));
});
