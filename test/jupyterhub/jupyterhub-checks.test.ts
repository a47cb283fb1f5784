import { Duration } from 'cdk8s';
import { FlexGroupStorageClass, type JupyterHubStackProps, OntapNasFlexGroupBackend, PlatformNamespace } from '../../lib';
import { build, trident } from '../support';
import { addStack, claim, HUB_CLUSTER, jupyterhub, PATH, PROPS } from './jupyterhub-support';

const image = PROPS.notebooks.image;
const API = { kubernetesApi: { cidrs: ['10.0.0.0/24'] } };

test.each<[string, Partial<JupyterHubStackProps>, string]>([
  ['a hub image of another release reads other settings', { hub: { image: 'quay.io/jupyterhub/k8s-hub:3.3.7' } },
    '`hub.image` is quay.io/jupyterhub/k8s-hub:3.3.7, which has JupyterHub 4: `version` is 5.5.0, which decides the settings. Make the two the same.'],
  ['an image of NVIDIA ends at once', { notebooks: { image: 'nvcr.io/nvidia/pytorch:25.01-py3' } },
    '`notebooks.image` is nvcr.io/nvidia/pytorch:25.01-py3: images of NVIDIA have no jupyterhub-singleuser, and the server would end at once. Build one on it with `pip install jupyterhub==5.*`, and name that.'],
  ['a notebook image for another hub cannot log in', { profiles: [{ name: 'a', title: 'A', image: 'quay.io/jupyter/pytorch-notebook:cuda12-hub-4.1.5' }] },
    '`profiles["a"].image` is quay.io/jupyter/pytorch-notebook:cuda12-hub-4.1.5, made for JupyterHub 4: the hub is 5.5.0. Use the image for hub-5.5.0.'],
  ['a NodePort outside of the range is refused after half of the objects are made', { proxy: { expose: { kind: 'node-port', port: 8000 } } },
    '`proxy.expose.port` is 8000: it must be a whole number from 30000 to 32767. Choose a value in that range.'],
  ['root is refused by Pod Security', { notebooks: { image, runAsUser: 0 } }, '`notebooks.runAsUser` is 0: it must be a whole number of at least 1. Choose a value in that range.'],
  ['a time that is no whole number of seconds', { notebooks: { image, startTimeout: Duration.millis(1500) } },
    '`notebooks.startTimeout in seconds` is 1.5: it must be a whole number of at least 1. Choose a value in that range.'],
  ['culling at once ends everybody\'s work', { idleCulling: { timeout: Duration.seconds(0) } },
    '`idleCulling.timeout in seconds` is 0: it must be a whole number of at least 1. Choose a value in that range.'],
  ['two profiles of one name', { profiles: [{ name: 'a', title: 'A' }, { name: 'a', title: 'B' }] }, '`profiles.name` lists a 2 times: each may appear once. Give each profile a name of its own.'],
  ['a name that is no slug', { profiles: [{ name: 'One GPU', title: 'A' }] },
    '`profiles.name` is "One GPU": it may have at most 63 characters, a-z, 0-9 and "-", with a letter or digit at both ends. Put other words in `title`.'],
  ['a choice without words', { profiles: [{ name: 'a', title: '' }] }, '`profiles["a"].title` is empty: a value is required. Give one, or leave the key out if it is optional.'],
  ['half a GPU', { profiles: [{ name: 'a', title: 'A', gpus: 0.5 }] }, '`profiles["a"].gpus` is 0.5: it must be a whole number of at least 0. Choose a value in that range.'],
  ['a variable that no shell can name', { notebooks: { image, environment: { 'A-B': 'x' } } },
    '`notebooks.environment` has "A-B": the name of a variable has letters, digits and "_", and no digit first. Correct it.'],
  ['a variable that the hub sets', { notebooks: { image, environment: { JUPYTERHUB_USER: 'x' } } },
    '`notebooks.environment` has JUPYTERHUB_USER: JUPYTERHUB_ and WORKSPACE_ variables are set by the hub, for each user. Leave it out.'],
  ['a home in no place', { home: { size: '1Gi', mountPath: 'home' } }, '`home.mountPath` is "home": it must be absolute. Start it with "/".'],
  ['a shared volume that one node mounts', { shared: claim('shared', 'ReadWriteOnce') },
    '`shared` is claim shared with access mode ReadWriteOnce: servers on a second node would never start. Use ReadWriteMany.'],
  ['data that one node mounts', { datasets: [{ dataset: claim('one', 'ReadWriteOnce'), mountPath: '/mnt/one' }] },
    '`datasets` has claim one with access mode ReadWriteOnce: servers on a second node would never start. Use a claim that is ReadOnlyMany or ReadWriteMany.'],
  ['data over the home directory', { datasets: [{ dataset: claim('data'), mountPath: '/home' }] },
    '`datasets` has the mount path /home: it would hide /home/jovyan, or be hidden by it. Mount it elsewhere, for example at /home/jovyan/data.'],
  ['rights without a way to use them', { dataManagement: {} },
    '`network.kubernetesApi` is missing, and `dataManagement` is given: notebooks would have rights and could not reach the Kubernetes API. '
    + 'Give the networks that `kubectl get endpoints kubernetes` shows, or write `network: \'open\'`.'],
  ['a way without rights', { network: API }, '`network.kubernetesApi` is given without `dataManagement`: notebooks have no token for it. Leave it out.'],
  ['an address that is no network', { dataManagement: {}, network: { kubernetesApi: { cidrs: ['10.0.0.1'] } } },
    '`network.kubernetesApi.cidrs` has "10.0.0.1": not a network in CIDR notation. Write for example 10.61.218.0/24.'],
  ['no address, which is any address', { dataManagement: {}, network: { kubernetesApi: { cidrs: [] } } },
    '`network.kubernetesApi.cidrs` is empty: a policy without addresses allows all of them. List the networks of the API servers.'],
  ['a port of the API that is none', { dataManagement: {}, network: { kubernetesApi: { cidrs: ['10.0.0.0/24'], ports: [0] } } },
    '`network.kubernetesApi.ports` is 0: it must be a whole number from 1 to 65535. Choose a value in that range.'],
  ['a port of a peer that is none', { network: { peers: [{ namespace: 'mlflow', podLabels: { app: 'mlflow' }, port: 70000 }] } },
    '`network.peers.port` is 70000: it must be a whole number from 1 to 65535. Choose a value in that range.'],
  ['no labels, which is any pod', { network: { peers: [{ namespace: 'mlflow', podLabels: {}, port: 5000 }] } },
    '`network.peers.podLabels` is empty: a policy without labels allows all pods of the namespace. Give those of the pods.'],
  ['an array without a network', { network: { addresses: [{ cidr: 's3.example.com', ports: [443] }] } },
    '`network.addresses.cidr` has "s3.example.com": not a network in CIDR notation. Write for example 10.61.218.0/24.'],
  ['no ports, which is any port', { network: { addresses: [{ cidr: '10.0.0.0/24', ports: [] }] } }, '`network.addresses.ports` is empty: a policy without ports allows all of them. List the ports.'],
  ['a port that is none', { network: { addresses: [{ cidr: '10.0.0.0/24', ports: [1.5] }] } },
    '`network.addresses.ports` is 1.5: it must be a whole number from 1 to 65535. Choose a value in that range.'],
  ['a trait of no class', { config: { kubespawner: { image: 'a' } } }, '`config` has "kubespawner": it is the name of a class, for example KubeSpawner. Correct it.'],
  ['a trait that is typed', { config: { KubeSpawner: { delete_pvc: true } } },
    '`config` has KubeSpawner.delete_pvc: it follows from the typed props of the stack. Set it there, and leave it out here.'],
  ['a password in the settings', { config: { DummyAuthenticator: { password: '' } } },
    '`config` has DummyAuthenticator.password: it follows from the typed props of the stack. Set it there, and leave it out here.'],
])('%s', (_title, props, sentence) => {
  expect(jupyterhub(props).problems.filter(problem => problem.startsWith(PATH))).toEqual([`${PATH} ${sentence}`]);
});

test('data of another namespace cannot be mounted', () => {
  expect(jupyterhub({ datasets: [{ dataset: claim('data', 'ReadOnlyMany', 'team'), mountPath: '/mnt/data' }] }).problems).toContain(
    `${PATH} \`datasets\` has claim data of namespace team: pods of namespace jupyterhub cannot mount it. Make the claim in jupyterhub; a volume can be shared with \`SharedVolume\`, and an export read with \`NfsDataset\`.`);
});

test('two things at one path', () => {
  expect(jupyterhub({ shared: claim('shared'), datasets: [{ dataset: claim('data'), mountPath: '/home/shared' }] }).problems).toContain(
    `${PATH} \`shared and datasets\` has the mount path /home/shared twice: one mount would hide the other. Give each its own path.`);
});

test('homes below the smallest FlexGroup would stay pending', () => {
  const built = build(layer => {
    new PlatformNamespace(layer, 'namespace', { name: 'jupyterhub' });
    const storageClass = new FlexGroupStorageClass(layer, 'class', {
      name: 'flexgroups', backends: [new OntapNasFlexGroupBackend(layer, 'backend', {
        trident: trident(layer), name: 'flexgroups', svm: 'svm', managementLif: '10.0.0.9', dataLif: '10.0.0.8', credentials: { secret: 'login' },
      })],
    });
    addStack(layer, { home: { size: '10Gi', storageClass } });
  }, { cluster: HUB_CLUSTER });
  expect(built.problems.filter(problem => problem.includes('home.size'))).toEqual([
    `${PATH} \`home.size\` is 10Gi: class flexgroups makes FlexGroups, and the smallest is 800Gi. Ask for that, use a FlexVol class, or set \`minimumVolumeSize\` of the class to what your array can do.`,
  ]);
});
