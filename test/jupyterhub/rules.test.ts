import { type Chart } from 'cdk8s';
import { FlexGroupStorageClass, FlexVolStorageClass, type JupyterHubStackProps, type NfsMount, OntapNasBackend, OntapNasFlexGroupBackend, PlatformNamespace, type StorageClassReference } from '../../lib';
import { build, type Built, CLUSTER, trident } from '../support';
import { addStack, claim, HUB_CLUSTER, jupyterhub, PATH, PROPS } from './jupyterhub-support';

const at = (part: string): string => `[test/20-layer/jupyterhub/${part}]`;
const image = PROPS.notebooks.image;

describe('what the hub will make for users is checked like what is written; otherwise it shows when the first user waits', () => {
  test.each<[string, Partial<JupyterHubStackProps>, string]>([
    ['a class that is not there', { home: { size: '1Gi', storageClass: { className: 'fats' } } },
      `${at('home')} \`spec.storageClassName\` is fats: no StorageClass fats is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`.`],
    ['a class that cannot give the access mode', { home: { size: '1Gi', storageClass: { className: 'block' }, accessMode: 'ReadWriteMany' } },
      `${at('home')} \`accessMode\` is ReadWriteMany: class block offers only ReadWriteOnce. Ask for one of these, or use a class of a NAS backend.`],
    ['a shared claim that is not there', { shared: claim('missing') },
      `${at('notebooks')} \`volumes["missing"].persistentVolumeClaim.claimName\` is missing: no PersistentVolumeClaim jupyterhub/missing is made in this environment or declared as existing. `
      + 'Make it, correct the name, or add it to `cluster.existing`.'],
    ['a queue that nobody makes', { profiles: [{ name: 'gpu', title: 'GPU', gpus: 1, queue: { queueName: 'missing' } }] },
      `${at('profiles["gpu"]')} \`metadata.labels["kai.scheduler/queue"]\` is missing: no Queue missing is made in this environment or declared as existing. Make it, correct the name, or add it to \`cluster.existing\`.`],
    ['an image without a tag', { notebooks: { image: 'example.com/notebook' } },
      `${at('notebooks')} \`image\` of container notebook is "example.com/notebook": an image needs a fixed tag (not latest) or a digest, so that every apply runs the same. Write for example example.com/notebook:1.2.3.`],
    ['more GPUs than a node has', { profiles: [{ name: 'huge', title: 'Huge', gpus: 16 }] },
      `${at('profiles["huge"]')} \`resources.limits["nvidia.com/gpu"]\` is 16 for one pod: the largest node it may run on has 8 GPUs, so it would wait for ever. Ask for fewer, or correct \`cluster.nodes\`.`],
    ['more memory than its limit', { notebooks: { image, memory: '8Gi', memoryLimit: '4Gi' } },
      `${at('notebooks')} \`containers["notebook"].resources.requests.memory\` is 8Gi: a request may not exceed its limit, 4Gi. Lower the request or raise the limit.`],
    ['a profile with more memory than the limit of all', { notebooks: { image, memoryLimit: '4Gi' }, profiles: [{ name: 'large', title: 'Large', memory: '8Gi' }] },
      `${at('profiles["large"]')} \`containers["notebook"].resources.requests.memory\` is 8Gi: a request may not exceed its limit, 4Gi. Lower the request or raise the limit.`],
  ])('%s', (_title, props, sentence) => {
    expect(jupyterhub(props).problems).toEqual([sentence]);
  });

  test('a class or claim of the same environment, or one that exists, is none', () => {
    expect(jupyterhub({ home: { size: '1Gi', storageClass: { className: 'fast' }, accessMode: 'ReadWriteMany' }, shared: claim('shared'), profiles: [{ name: 'gpu', title: 'GPU', gpus: 8 }] }).problems).toEqual([]);
  });

  test('a mistake of something else is said once, not once more for notebooks', () => {
    const built = build(layer => {
      new PlatformNamespace(layer, 'namespace', { name: 'jupyterhub' });
      addStack(layer);
    }, { cluster: { ...CLUSTER, existing: [] } });
    expect(built.problems.filter(problem => problem.includes('is the default'))).toHaveLength(1);
  });
});

describe('SQLite on a class', () => {
  const backend = (layer: Chart) => new OntapNasBackend(layer, 'backend', { trident: trident(layer), name: 'flexvols', svm: 'svm', managementLif: '10.0.0.9', credentials: { secret: 'login' } });
  const flexVols = (nfs?: NfsMount, isDefaultClass = false) => (layer: Chart) => new FlexVolStorageClass(layer, 'class', { name: 'flexvols', backends: [backend(layer)], nfs, isDefaultClass });
  const flexGroups = (layer: Chart) => new FlexGroupStorageClass(layer, 'class', {
    name: 'flexgroups', backends: [new OntapNasFlexGroupBackend(layer, 'backend', { trident: trident(layer), name: 'flexgroups', svm: 'svm', managementLif: '10.0.0.9', dataLif: '10.0.0.8', credentials: { secret: 'login' } })],
  });
  const on = (make: (layer: Chart) => StorageClassReference, named = true): Built => build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: 'jupyterhub' });
    const storageClass = make(layer);
    addStack(layer, { database: { kind: 'sqlite', size: '800Gi', storageClass: named ? storageClass : undefined } });
  }, { cluster: named ? HUB_CLUSTER : { ...HUB_CLUSTER, existing: [{ kind: 'Namespace', name: 'trident' }] } });
  const ofDatabase = (built: Built): string[] => built.problems.filter(problem => problem.includes('`database`'));
  const FIX = 'Use a FlexVol class with NFS 4.1, a block class, or `kind: \'postgresql\'`.';

  test('NFS 3: locks are left behind, and the hub does not start again', () => {
    const NFS3 = 'which mounts with vers=3: locks of NFS 3 are not part of the protocol, and a hub that ends without giving them back leaves them behind';
    expect(ofDatabase(on(flexVols({ version: '3' })))).toEqual([`${PATH} \`database\` is sqlite on class flexvols, ${NFS3}. ${FIX}`]);
    expect(ofDatabase(on(flexVols({ version: '3' }, true), false))).toEqual([`${PATH} \`database\` is sqlite on class flexvols, ${NFS3}. ${FIX}`]);
  });

  test.each(['nolock', 'local_lock=all', 'hard,local_lock=posix'])('%s: locks that nobody else sees', option => {
    expect(ofDatabase(on(flexVols({ otherOptions: [option] })))).toEqual([
      `${PATH} \`database\` is sqlite on class flexvols, which mounts with ${option.split(',').at(-1)}: locks would not leave the node. ${FIX}`]);
  });

  test('a FlexGroup for one small file', () => {
    expect(ofDatabase(on(flexGroups))).toEqual([
      `${PATH} \`database\` is sqlite on class flexgroups, which makes FlexGroups: they begin at hundreds of gigabytes, and a database is one small file. ${FIX}`]);
  });

  test('NFS 4.1, and a class that leaves it to the nodes, are none; the latter is a prerequisite', () => {
    expect(ofDatabase(on(flexVols({ version: '4.1' })))).toEqual([]);
    expect(ofDatabase(on(flexVols()))).toEqual([]);
    const asks = (built: Built) => built.app.prerequisites().some(({ what }) => what.includes('hub-db-dir'));
    expect([asks(on(flexVols({ version: '4.1' }))), asks(on(flexVols()))]).toEqual([false, true]);
    expect(ofDatabase(jupyterhub())).toEqual([]);
  });
});
