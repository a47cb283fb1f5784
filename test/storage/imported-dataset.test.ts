import { type Chart } from 'cdk8s';
import { type DataPath, ImportedDataset, type ImportedDatasetProps, type TridentVersion } from '../../lib';
import { build, type Built, trident } from '../support';
import { flexGroupClass, flexGroups, needs } from './storage-support';

const PATH = '[test/20-layer/dataset]';
const UUIDS = { iface1: '11111111-2222-3333-4444-555555555555', iface2: 'AAAAAAAA-2222-3333-4444-555555555555' };

/** Two data LIFs of one storage VM. */
function twoPaths(layer: Chart, version: TridentVersion = '26.06'): DataPath[] {
  const own = trident(layer, { version });
  return ['iface1', 'iface2'].map(lif => {
    const backend = flexGroups(layer, { name: `fg-${lif}`, trident: own });
    return { lif, backend, storageClass: flexGroupClass(layer, { name: `class-${lif}`, backends: [backend] }) };
  });
}

const imported = (props: Partial<ImportedDatasetProps> = {}, version?: TridentVersion, choose: (paths: DataPath[]) => DataPath[] = paths => paths): Built =>
  build(layer => { new ImportedDataset(layer, 'dataset', { volume: 'pb_fg_all', size: '10Ti', namespace: 'team', paths: choose(twoPaths(layer, version)), ...props }); });
const imports = (built: Built) => built.app.prerequisites().filter(({ area }) => area === 'Volumes');
const onlyFirst = (paths: DataPath[]) => paths.slice(0, 1);

describe('ImportedDataset with the UUIDs of the backends', () => {
  test('every prop arrives, and the claim imports the volume by itself', () => {
    const built = build(layer => {
      const props: Required<ImportedDatasetProps> = {
        volume: 'pb_fg_all', size: '10Ti', namespace: 'team', paths: onlyFirst(twoPaths(layer)), claimName: 'images', backendUuids: { iface1: UUIDS.iface1 }, managed: true,
      };
      expect(new ImportedDataset(layer, 'dataset', props).claims).toMatchObject([{ claimName: 'images-iface1', namespace: 'team', accessMode: 'ReadOnlyMany' }]);
    });
    expect(built.problems).toEqual([]);
    const { metadata, spec } = built.one('PersistentVolumeClaim');
    expect(metadata).toMatchObject({
      name: 'images-iface1', namespace: 'team',
      annotations: { 'trident.netapp.io/importOriginalName': 'pb_fg_all', 'trident.netapp.io/importBackendUUID': UUIDS.iface1, 'trident.netapp.io/notManaged': 'false' },
      labels: { 'app.kubernetes.io/component': 'imported-claim' },
    });
    expect(spec).toEqual({ accessModes: ['ReadOnlyMany'], storageClassName: 'class-iface1', resources: { requests: { storage: '10Ti' } } });
    expect(imports(built)).toEqual([]);
  });

  test('each data LIF has a claim with its own backend and class, unmanaged; both would go through one interface, or own the data', () => {
    const built = imported({ backendUuids: UUIDS });
    expect(built.problems).toEqual([]);
    for (const lif of ['iface1', 'iface2'] as const) {
      const { metadata, spec } = built.one('PersistentVolumeClaim', `pb-fg-all-${lif}`);
      expect(metadata.annotations).toEqual({
        'trident.netapp.io/importOriginalName': 'pb_fg_all', 'trident.netapp.io/importBackendUUID': UUIDS[lif], 'trident.netapp.io/notManaged': 'true',
      });
      expect(spec.storageClassName).toBe(`class-${lif}`);
    }
  });

  test('a Trident before 25.10 is refused; it would make new, empty volumes', () => {
    expect(imported({ backendUuids: { iface1: UUIDS.iface1 } }, '25.06', onlyFirst).problems).toEqual([
      `${PATH} \`backendUuids.iface1\` needs Trident 25.10 or newer: \`trident.version\` is 25.06. Upgrade Trident, or leave the key out.`,
    ]);
    expect(imported({ backendUuids: { iface1: UUIDS.iface1 } }, '25.10', onlyFirst).problems).toEqual([]);
  });

  test.each([
    ['the UUID of a data LIF that is not used', { ...UUIDS, iface3: '99999999-2222-3333-4444-555555555555' }, `${PATH} \`backendUuids\` has iface3: the dataset has no data LIF of that name, only iface1, iface2. Correct it.`],
    ['a name for a UUID', { ...UUIDS, iface2: 'fg-iface2' }, `${PATH} \`backendUuids.iface2\` is "fg-iface2": not a UUID. Copy \`status.backendInfo.backendUUID\` of the TridentBackendConfig.`],
    ['one UUID for two backends', { iface1: UUIDS.iface1, iface2: UUIDS.iface1 }, `${PATH} \`backendUuids\` lists ${UUIDS.iface1} 2 times: each may appear once. A backend imports a volume once: give each data LIF the UUID of its own backend.`],
  ])('%s is refused; a claim would stay pending', (_, backendUuids, sentence) => {
    expect(imported({ backendUuids }).problems).toEqual([sentence]);
  });
});

describe('ImportedDataset without UUIDs', () => {
  test('the claims are files with commands, not manifests; applied as they are, Trident would make empty volumes', () => {
    const built = imported();
    expect(built.problems).toEqual([]);
    expect(built.manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toEqual([]);
    expect(imports(built)).toEqual(['iface1', 'iface2'].map((lif, index) => ({
      area: 'Volumes',
      what: `Volume pb_fg_all imported through data LIF ${lif} as claim team/pb-fg-all-${lif}, after the layers with namespaces and storage are applied`,
      commands: [[
        'tridentctl -n trident import volume fg-iface1 pb_fg_all -f import/pb-fg-all-iface1.yaml --no-manage',
        'kubectl annotate --local -f import/pb-fg-all-iface2.yaml -o yaml trident.netapp.io/importOriginalName="pb_fg_all" '
        + 'trident.netapp.io/importBackendUUID="$(kubectl -n trident get tridentbackendconfig fg-iface2 -o jsonpath=\'{.status.backendInfo.backendUUID}\')" '
        + 'trident.netapp.io/notManaged="true" | kubectl create -f -',
      ][index]],
      provides: [{ kind: 'PersistentVolumeClaim', namespace: 'team', name: `pb-fg-all-${lif}` }],
      file: {
        path: `import/pb-fg-all-${lif}.yaml`,
        manifest: {
          apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: `pb-fg-all-${lif}`, namespace: 'team' },
          spec: { accessModes: ['ReadOnlyMany'], storageClassName: `class-${lif}`, resources: { requests: { storage: '10Ti' } } },
        },
      },
      neededBy: ['20-layer/dataset'],
    })));
  });

  test('from Trident 22.01 the second data LIF is not imported with tridentctl, before that it is; each refuses the other\'s way', () => {
    const secondWith = (version: TridentVersion) => imports(imported({}, version))[1]?.commands;
    expect(secondWith('21.10')).toEqual(['tridentctl -n trident import volume fg-iface2 pb_fg_all -f import/pb-fg-all-iface2.yaml --no-manage']);
    expect(secondWith('22.01')?.[0]).toMatch(/^kubectl annotate --local -f import\/pb-fg-all-iface2\.yaml /);
  });

  test('where another data LIF is imported by its claim, tridentctl is not used at all; it refuses a volume that is known already', () => {
    const built = imported({ backendUuids: { iface2: UUIDS.iface2 } });
    expect(built.problems).toEqual([]);
    expect(built.one('PersistentVolumeClaim').metadata.name).toBe('pb-fg-all-iface2');
    expect(imports(built)).toHaveLength(1);
    expect(imports(built)[0]?.commands?.[0]).toMatch(/^kubectl annotate --local -f import\/pb-fg-all-iface1\.yaml /);
  });

  test('a managed import leaves out --no-manage; Trident would not take the volume over', () => {
    expect(imports(imported({ managed: true }, '26.06', onlyFirst))[0]?.commands).toEqual(['tridentctl -n trident import volume fg-iface1 pb_fg_all -f import/pb-fg-all-iface1.yaml']);
  });

  test('pods may mount the claims although no manifest makes them', () => {
    const built = imported();
    expect(built.app.prerequisites().flatMap(({ provides = [] }) => provides)).toEqual(expect.arrayContaining([
      { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'pb-fg-all-iface1' }, { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'pb-fg-all-iface2' },
    ]));
  });

  test.each<[string, Partial<ImportedDatasetProps>, string]>([
    ['a claim name that Kubernetes does not have', { claimName: 'PB_all' }, `${PATH} \`claimName\` with the data LIF is "PB_all-iface1": the name of a claim has only a-z, 0-9 and "-", with a letter or digit at both ends. Rename one of the two.`],
    ['a size that is none', { size: '-10Ti' }, `${PATH} \`size\` is -10Ti: not a size. Write for example 10Ti.`],
  ])('%s is refused; no rule sees the claim file', (_, props, sentence) => {
    expect(imported(props, '26.06', onlyFirst).problems).toEqual([sentence]);
  });
});

describe('ImportedDataset', () => {
  test('a volume name with capital letters becomes a claim name that Kubernetes takes', () => {
    build(layer => {
      const dataset = new ImportedDataset(layer, 'dataset', { volume: 'PB_FG_all', size: '10Ti', namespace: 'team', paths: twoPaths(layer) });
      expect(dataset.claims.map(({ claimName }) => claimName)).toEqual(['pb-fg-all-iface1', 'pb-fg-all-iface2']);
    });
  });

  test('the junction path is a prerequisite; a FlexGroup is mounted at its name, whatever its path', () => {
    expect(needs(imported(), 'Array')).toContain('FlexGroup pb_fg_all, read-write, at least 10Ti, junctioned at /pb_fg_all');
  });

  test('the minimum of the class does not hold for data that exists already', () => {
    expect(imported({ size: '1Gi', backendUuids: UUIDS }).problems).toEqual([]);
  });

  test('a managed import through two data LIFs is refused; deleting one claim could destroy the data of both', () => {
    expect(imported({ managed: true }).problems).toEqual([
      `${PATH} \`managed\` is true with 2 data LIFs: each claim would own the same volume, and deleting one could destroy the data of all. Leave \`managed\` out, or import through one LIF.`,
    ]);
  });

  test('no data LIF at all is refused; the dataset could not be mounted', () => {
    expect(imported({ paths: [] }).problems).toEqual([`${PATH} \`paths\` is empty: the dataset could not be mounted. Give at least one data LIF.`]);
  });

  test.each([[undefined], [UUIDS]])('a data LIF that is listed twice is refused; two claims would have one name (UUIDs: %p)', backendUuids => {
    expect(imported({ backendUuids }, '26.06', paths => [...paths, paths[0]!]).problems).toEqual([
      `${PATH} \`paths.lif\` lists iface1 2 times: each may appear once. Choose one class for each data LIF, over TCP or over RDMA.`,
    ]);
  });

  test('a path for a volume name is refused; Trident looks for the name', () => {
    expect(imported({ volume: '/pb_fg_all' }, '26.06', onlyFirst).problems).toContain(
      `${PATH} \`volume\` is "/pb_fg_all": the name of a volume has at most 203 letters, digits and "_", and does not start with a digit. Give the name that ONTAP shows, not a path.`);
  });

  test('a class that does not serve the backend is refused; Trident would refuse the import', () => {
    expect(imported({}, '26.06', ([first, second]) => [{ ...first!, storageClass: second!.storageClass }]).problems).toEqual([
      `${PATH} \`paths\` pairs data LIF iface1 with class class-iface2: that class is not served by backend fg-iface1, so Trident would refuse the import. Use a class of that backend.`,
    ]);
  });

  test('a class for any backend serves each of them', () => {
    const built = build(layer => {
      const storageClass = flexGroupClass(layer);
      new ImportedDataset(layer, 'dataset', { volume: 'pb_fg_all', size: '10Ti', namespace: 'team', paths: twoPaths(layer).map(path => ({ ...path, storageClass })) });
    });
    expect(built.problems).toEqual([]);
  });
});
