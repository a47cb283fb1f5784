import { ApiObject, JsonPatch } from 'cdk8s';
import fc from 'fast-check';
import { ExistingClaim, TensorBoard, type TensorBoardProps } from '../../lib';
import { type Built } from '../support';
import { needs } from '../storage/storage-support';
import { buildTeam } from './notebook-support';

const PATH = '[test/20-layer/board]';
const logs = new ExistingClaim('team', 'logs', 'ReadWriteMany');
const board = (props: Partial<TensorBoardProps> = {}): Built =>
  buildTeam((layer, team) => { new TensorBoard(layer, 'board', { team, name: 'mnist', logs, ...props }); });

/** Claim and subpath as the controller reads them. Source: Kubeflow, tensorboard_controller.go, extractPVCName and extractPVCSubPath. */
function parsed(logspath: string): [string, string] {
  const [, claim = '', path = ''] = /^pvc:\/\/([^/]*)\/?(.*)$/.exec(logspath) ?? [];
  return [claim, path];
}

describe('TensorBoard', () => {
  test('every prop arrives', () => {
    const built = buildTeam((layer, team) => {
      const props: Required<TensorBoardProps> = { team, name: 'mnist', logs, path: 'runs/mnist' };
      expect(new TensorBoard(layer, 'board', props).name).toBe('mnist');
    });
    expect(built.problems).toEqual([]);
    expect(built.manifests).toHaveLength(1);
    const { apiVersion, metadata, spec } = built.one('Tensorboard');
    expect(apiVersion).toBe('tensorboard.kubeflow.org/v1alpha1');
    expect(metadata).toMatchObject({ name: 'mnist', namespace: 'team', labels: { 'app.kubernetes.io/component': 'tensorboard', 'app.kubernetes.io/part-of': 'kubeflow' } });
    expect(spec).toEqual({ logspath: 'pvc://logs/runs/mnist' });
    expect(needs(built, 'Cluster')).toContain('Kubeflow 26.03 with the TensorBoard controller (tensorboards.tensorboard.kubeflow.org/v1alpha1)');
  });

  test('without a path it shows the whole volume', () => {
    expect(board().problems).toEqual([]);
    expect(parsed(board().one('Tensorboard').spec.logspath)).toEqual(['logs', '']);
  });

  test('the controller finds claim and folder again, whatever the folder; otherwise the logs are looked for in a claim named tb-volume', () => {
    const segment = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '9', '_', '-', ' ', '.', ':'), minLength: 1, maxLength: 8 }).filter(text => text !== '..');
    fc.assert(fc.property(fc.array(segment, { maxLength: 4 }), segments => {
      const path = segments.join('/');
      const built = board({ path });
      expect(built.problems).toEqual([]);
      expect(parsed(built.one('Tensorboard').spec.logspath)).toEqual(['logs', path]);
    }));
  });

  test.each(['/runs', 'runs//mnist', '..', 'runs/../../other', '//'])('the path "%s" is refused; Kubernetes refuses the mount', path => {
    expect(board({ path }).problems).toEqual([`${PATH} \`path\` is "${path}": it must be a folder in the volume, without "/" at its start, "//" and "..". Write for example runs/mnist.`]);
  });

  test.each(['Mnist', '1mnist', 'mnist-', `a${'b'.repeat(58)}`])('the name "%s" is refused; there could be no Service of it', name => {
    expect(board({ name }).problems).toContainEqual(expect.stringContaining(`${PATH} \`metadata.name\` is "${name}": the name of a Tensorboard must be at most 58 characters: a-z, 0-9 and "-", starting with a letter`));
  });

  test('a name of 58 characters is fine', () => {
    expect(board({ name: `a${'b'.repeat(57)}` }).problems).toEqual([]);
  });

  test('logs of another namespace are refused', () => {
    expect(board({ logs: new ExistingClaim('other', 'logs', 'ReadWriteMany') }).problems).toEqual([
      `${PATH} \`logs\` is claim logs of namespace other: TensorBoard of namespace team cannot mount it. Make the claim in team; a volume can be shared with \`SharedVolume\`.`,
    ]);
  });

  test('logs that one pod has to itself are refused', () => {
    expect(board({ logs: new ExistingClaim('team', 'logs', 'ReadWriteOncePod') }).problems).toEqual([
      `${PATH} \`logs\` is claim logs with access mode ReadWriteOncePod: TensorBoard could not mount it beside the job that writes it. Use ReadWriteMany.`,
    ]);
  });

  test('logs that one node has to itself need the controller to find that node; others do not', () => {
    const scheduling = (built: Built) => built.app.prerequisites().filter(({ what }) => what.startsWith('RWO_PVC_SCHEDULING'));
    const [need] = scheduling(board({ logs: new ExistingClaim('team', 'logs', 'ReadWriteOnce') }));
    expect(need?.what).toBe('RWO_PVC_SCHEDULING is "True" for the TensorBoard controller, so that TensorBoard runs on the node that has ReadWriteOnce claim team/logs mounted (a ReadWriteMany claim does without)');
    expect(need?.commands).toEqual(['kubectl -n kubeflow set env deployment/tensorboard-controller-deployment --list --resolve | grep RWO_PVC_SCHEDULING']);
    expect(scheduling(board())).toEqual([]);
    expect(scheduling(board({ logs: new ExistingClaim('team', 'logs', 'ReadOnlyMany') }))).toEqual([]);
  });

  test('what it does not know can still be written', () => {
    const built = buildTeam((layer, team) => {
      ApiObject.of(new TensorBoard(layer, 'board', { team, name: 'mnist', logs })).addJsonPatch(JsonPatch.replace('/spec/logspath', 's3://bucket/logs'));
    });
    expect(built.one('Tensorboard').spec.logspath).toBe('s3://bucket/logs');
  });
});
