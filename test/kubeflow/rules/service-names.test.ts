import { ApiObject, type Chart } from 'cdk8s';
import { ExistingClaim, NotebookWorkspace, type TeamNamespace, TensorBoard } from '../../../lib';
import { buildTeam, IMAGE } from '../notebook-support';

const notebook = (layer: Chart, team: TeamNamespace, name = 'mnist') => new NotebookWorkspace(layer, 'notebook', { team, name, image: IMAGE });
const board = (layer: Chart, team: TeamNamespace) => new TensorBoard(layer, 'board', { team, name: 'mnist', logs: new ExistingClaim('team', 'logs', 'ReadWriteMany') });
const own = (layer: Chart, kind: string, apiVersion: string, namespace: string | undefined) => new ApiObject(layer, 'own', { apiVersion, kind, metadata: { name: 'mnist', namespace } });

describe('objects that Kubeflow makes under the name of a notebook or TensorBoard', () => {
  test('a notebook and a TensorBoard of one name are refused; each would take the Service of the other', () => {
    expect(buildTeam((layer, team) => { notebook(layer, team); board(layer, team); }).problems).toEqual([
      '[test/20-layer/notebook] `name` is mnist: Kubeflow makes a Service of that name for the Notebook, and 20-layer/board has one in namespace team too. Rename one of the two.',
    ]);
  });

  test.each([['Service', 'v1'], ['StatefulSet', 'apps/v1']])('a notebook and a %s of one name are refused', (kind, apiVersion) => {
    expect(buildTeam((layer, team) => { notebook(layer, team); own(layer, kind, apiVersion, 'team'); }).problems).toEqual([
      `[test/20-layer/notebook] \`name\` is mnist: Kubeflow makes a ${kind} of that name for the Notebook, and 20-layer/own has one in namespace team too. Rename one of the two.`,
    ]);
  });

  test.each([['Service', 'v1'], ['Deployment', 'apps/v1']])('a TensorBoard and a %s of one name are refused', (kind, apiVersion) => {
    expect(buildTeam((layer, team) => { board(layer, team); own(layer, kind, apiVersion, 'team'); }).problems).toEqual([
      `[test/20-layer/board] \`name\` is mnist: Kubeflow makes a ${kind} of that name for the Tensorboard, and 20-layer/own has one in namespace team too. Rename one of the two.`,
    ]);
  });

  test('other kinds, other names and other namespaces are fine', () => {
    expect(buildTeam((layer, team) => { notebook(layer, team); own(layer, 'ConfigMap', 'v1', 'team'); }).problems).toEqual([]);
    expect(buildTeam((layer, team) => { notebook(layer, team); own(layer, 'Service', 'v1', undefined); }).problems).toEqual([]);
    expect(buildTeam((layer, team) => { notebook(layer, team, 'other'); board(layer, team); }).problems).toEqual([]);
  });

  test('two notebooks of one name are a duplicate, said once for the notebook', () => {
    const { problems } = buildTeam((layer, team) => {
      notebook(layer, team);
      new NotebookWorkspace(layer, 'second', { team, name: 'mnist', image: IMAGE, workspace: { name: 'other' } });
    });
    expect(problems).toEqual(['[test/20-layer/second] `metadata.name` is mnist: Notebook team/mnist is already made by 20-layer/notebook, and an apply would overwrite it. Rename one of the two.']);
  });
});
