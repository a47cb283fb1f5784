import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { type Cluster, declarePrerequisite, EnvironmentApp, type Rule } from '../../lib';
import { reportProblem } from '../../lib/core/problems';
import { build, CLUSTER } from '../support';
import { claim, configMap } from './objects';

const WRONG_NAME = '`metadata.name` is "My_settings": the name of a ConfigMap must be at most 253 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends. Try "my-settings".';
const wrong = configMap({}, 'My_settings');

describe('all mistakes are shown in one run; otherwise an engineer mends them one by one', () => {
  const noConfigMaps: Rule = ({ manifests }) => manifests.filter(({ kind }) => kind === 'ConfigMap').map(({ path }) => ({ path, sentence: 'No ConfigMaps here.' }));

  test('those of several constructs, of several rules and of a rule of one\'s own', () => {
    const { problems } = build(layer => {
      reportProblem(new Construct(layer, 'first'), 'One.');
      reportProblem(new Construct(layer, 'second'), 'Two.');
      new ApiObject(layer, 'settings', wrong);
      new ApiObject(layer, 'claim', claim({ storageClassName: 'gold' }));
    }, { rules: [noConfigMaps] });
    expect(problems).toEqual([
      '[test/20-layer/first] One.',
      '[test/20-layer/second] Two.',
      `[test/20-layer/settings] ${WRONG_NAME}`,
      '[test/20-layer/claim] `spec.storageClassName` is gold: no StorageClass gold is made in this environment or declared as existing. Make it, correct the name, or add it to `cluster.existing`.',
      '[test/20-layer/settings] No ConfigMaps here.',
    ]);
  });

  test('a part of the build that throws counts as one mistake, and what was built before and after is still checked', () => {
    const app = new EnvironmentApp('test', { cluster: CLUSTER });
    app.attempt(() => {
      new ApiObject(app.layer('20-layer'), 'settings', wrong);
      throw new Error('The first part stops.');
    });
    app.attempt(() => { new ApiObject(app.layer('30-other'), 'claim', claim({ storageClassName: 'gold' })); });
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    app.attempt(() => { throw 'Just text.'; });
    expect(app.findings()).toEqual([
      { path: 'test', sentence: 'The first part stops.' },
      { path: 'test', sentence: 'Just text.' },
      { path: 'test/20-layer/settings', sentence: WRONG_NAME },
      { path: 'test/30-other/claim', sentence: expect.stringContaining('no StorageClass gold is made') },
    ]);
  });

  test('a JSON patch that does not fit is one of them, with the path of its object', () => {
    const { problems } = build(layer => {
      new ApiObject(layer, 'patched', configMap()).addJsonPatch(JsonPatch.replace('/spec/nothing/here', 1));
      new ApiObject(layer, 'settings', wrong);
    });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^\[test\/20-layer\/patched\] No manifest can be made of ConfigMap settings: Failed serializing construct .* Correct the object or its JSON patches\.$/s);
    expect(problems[1]).toBe(`[test/20-layer/settings] ${WRONG_NAME}`);
  });

  test('looking twice finds the same', () => {
    const { app } = build(layer => { new ApiObject(layer, 'settings', wrong); });
    expect(app.findings()).toEqual(app.findings());
  });

  test('a rule that a product adds runs once, however often it is added', () => {
    const { app, problems: before } = build(layer => { new ApiObject(layer, 'settings', configMap()); });
    expect(before).toEqual([]);
    app.addRule(noConfigMaps);
    app.addRule(noConfigMaps);
    expect(app.findings()).toEqual([{ path: 'test/20-layer/settings', sentence: 'No ConfigMaps here.' }]);
  });

  test('a rule sees manifests as they are written, the cluster and what exists', () => {
    const rule = jest.fn<ReturnType<Rule>, Parameters<Rule>>(() => []);
    build(layer => {
      new ApiObject(new Construct(layer, 'wrapped'), 'Resource', configMap()).addJsonPatch(JsonPatch.replace('/metadata/name', 'patched'));
      declarePrerequisite(layer, { area: 'Secrets', what: 'x', provides: [{ kind: 'Secret', namespace: 'team', name: 'login' }] });
    }, { rules: [rule] }).app.findings();
    const { manifests, cluster, existing } = rule.mock.calls[0]![0];
    expect(manifests).toHaveLength(1);
    expect(manifests[0]).toMatchObject({ path: '20-layer/wrapped', apiVersion: 'v1', kind: 'ConfigMap', name: 'patched', namespace: 'team' });
    expect(manifests[0]!.json.metadata.name).toBe('patched');
    expect(cluster).toBe(CLUSTER);
    expect(existing.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Namespace team', 'Secret login']);
  });
});

describe('the environment itself', () => {
  const ofVersion = (kubernetesVersion: string) => new EnvironmentApp('test', { cluster: { ...CLUSTER, kubernetesVersion: kubernetesVersion as Cluster['kubernetesVersion'] } }).findings();

  test.each(['1.24', '1.9', '1.29.3', 'v1.29', '2.0', ''])('Kubernetes "%s" is refused', version => {
    expect(ofVersion(version)).toEqual([{
      path: 'test', sentence: `\`cluster.kubernetesVersion\` is ${version}: what is written here needs 1.25 or newer. Upgrade the cluster, or correct the version.`,
    }]);
  });

  test.each(['1.25', '1.33', '1.100'])('Kubernetes %s is accepted', version => {
    expect(ofVersion(version)).toEqual([]);
  });

  test.each(['', '.', '..', '../other', 'a/b', '/etc', '.hidden', 'a b'])('the name "%s" is refused; otherwise synth empties a folder that is not its own', name => {
    expect(new EnvironmentApp(name, { cluster: CLUSTER }).findings()).toEqual([{
      path: name,
      sentence: `The name of the environment is "${name}": it is the name of a folder that synth empties, so only letters, digits, "-", "_" and "." are allowed, a letter or digit first. Rename it.`,
    }]);
  });

  test('the Kubernetes version is the first thing to look at', () => {
    expect(new EnvironmentApp('test', { cluster: CLUSTER }).prerequisites()).toEqual([{ area: 'Cluster', what: 'Kubernetes 1.29', commands: ['kubectl version'], neededBy: [''] }]);
  });

  test('the same layer is the same chart; otherwise two systems could not share it', () => {
    const app = new EnvironmentApp('test', { cluster: CLUSTER });
    expect(app.layer('20-storage')).toBe(app.layer('20-storage'));
    expect(app.layer('30-other')).not.toBe(app.layer('20-storage'));
    expect(app.charts.map(({ node }) => node.id)).toEqual(['20-storage', '30-other']);
  });

  test('a layer without a number does not compile', () => {
    // @ts-expect-error the number is the order of the apply
    expect(new EnvironmentApp('test', { cluster: CLUSTER }).layer('storage')).toBeInstanceOf(Chart);
  });

  test('is found from any construct, and is missing in an app of another kind', () => {
    const app = new EnvironmentApp('test', { cluster: CLUSTER });
    expect(EnvironmentApp.find(new Construct(app.layer('20-storage'), 'x'))).toBe(app);
    expect(EnvironmentApp.find(new Chart(new App(), 'x'))).toBeUndefined();
  });
});
