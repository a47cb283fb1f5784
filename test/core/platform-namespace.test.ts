import { ApiObject, JsonPatch } from 'cdk8s';
import { PlatformNamespace, type PlatformNamespaceProps, type PodSecurityLevel } from '../../lib';
import { build } from '../support';

const POD_SECURITY = 'pod-security.kubernetes.io';

test('every prop reaches the manifest, and nothing else does', () => {
  const props: Required<PlatformNamespaceProps> = { name: 'ml', podSecurity: 'baseline', labels: { team: 'ml' } };
  const { manifests, problems } = build(layer => { expect(new PlatformNamespace(layer, 'namespace', props).name).toBe('ml'); });
  expect(problems).toEqual([]);
  expect(manifests).toEqual([{
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'ml',
      labels: {
        'app.kubernetes.io/name': 'namespace', 'app.kubernetes.io/instance': 'ml', 'app.kubernetes.io/component': 'namespace',
        'app.kubernetes.io/part-of': 'platform', 'app.kubernetes.io/managed-by': 'cdk8s-aipod',
        'team': 'ml', [`${POD_SECURITY}/enforce`]: 'baseline', [`${POD_SECURITY}/audit`]: 'baseline', [`${POD_SECURITY}/warn`]: 'baseline',
      },
    },
  }]);
});

test.each<[PodSecurityLevel | undefined, string]>([[undefined, 'restricted'], ['restricted', 'restricted'], ['baseline', 'baseline'], ['privileged', 'privileged']])(
  'level %s gives %s; the strictest is the default', (podSecurity, level) => {
    const { metadata: { labels } } = build(layer => { new PlatformNamespace(layer, 'namespace', { name: 'ml', podSecurity }); }).one('Namespace');
    expect([labels[`${POD_SECURITY}/enforce`], labels[`${POD_SECURITY}/audit`], labels[`${POD_SECURITY}/warn`]]).toEqual([level, level, level]);
  });

test('a name that is no namespace name is refused', () => {
  expect(build(layer => { new PlatformNamespace(layer, 'namespace', { name: 'ML_team' }); }).problems).toEqual([
    '[test/20-layer/namespace] `metadata.name` is "ML_team": the name of a Namespace must be at most 63 characters: a-z, 0-9 and "-", with a letter or digit at both ends. Try "ml-team".',
  ]);
});

test('a JSON patch reaches the manifest', () => {
  const built = build(layer => {
    ApiObject.of(new PlatformNamespace(layer, 'namespace', { name: 'ml' })).addJsonPatch(JsonPatch.add('/metadata/annotations', { note: 'x' }));
  });
  expect(built.one('Namespace').metadata.annotations).toEqual({ note: 'x' });
});

test('a level that does not exist does not compile', () => {
  // @ts-expect-error Kubernetes would ignore the label
  expect(build(layer => { new PlatformNamespace(layer, 'namespace', { name: 'ml', podSecurity: 'strict' }); }).manifests).toHaveLength(1);
});
