import { lab } from '../../apps/environments/lab';
import { type Json } from '../../lib';
import { GPU_RESOURCE } from '../../lib/core/cluster';
import { refusedOf } from './checks/apply';
import { BuiltEnvironment, type BuiltObject, expectNone } from './harness/built';
import { check as checkOf, setUp } from './harness/check';
import { ControlPlane } from './harness/control-plane';
import { finish, isPodOf, nameOf, releaseInit, untilPods } from './harness/pods';
import { meetPrerequisites, prepareCluster } from './harness/prerequisites';
import { isChosen } from './harness/run';

const SINGLE = 'netapp-tensorflow-single-imagenet';
const MASTER = 'netapp-tensorflow-multi-imagenet-master';
const WORKER = 'netapp-tensorflow-multi-imagenet-worker';

/** The documents' jobs on the documents' machines: two DGX-1 with 8 GPUs each, two nodes without. */
(isChosen('lab') ? describe : describe.skip)('lab on two DGX-1', () => {
  let plane: ControlPlane;
  let built: BuiltEnvironment;
  const check = (title: string, prove: () => Promise<number>) => { checkOf('lab', 'DGX-1', title, prove); };
  const [masterNode, workerNode] = lab.training.multiNode.hosts;
  const manifest = (name: string): BuiltObject => built.objects.find(({ json }) => json.metadata.name === name)!;
  const start = async (...names: readonly string[]) => { expectNone(await refusedOf(plane.kubectl, names.map(manifest))); };
  setUp('lab', async () => {
    plane = await ControlPlane.start('dgx');
    built = new BuiltEnvironment({ ...lab, kubeflow: undefined }, plane.folder);
    await prepareCluster(plane, built);
    expectNone(await refusedOf(plane.kubectl, built.objects.filter(({ path, json }) => json.kind === 'Namespace' || /\/[123]0-/.test(path))));
    await meetPrerequisites(plane, built);
  });
  // Each test finds the machines empty.
  afterEach(async () => { await plane.kubectl.run(['delete', 'deployments,jobs,pods', '--all', '-n', 'default', '--cascade=foreground']); });
  afterAll(() => (plane as ControlPlane | undefined)?.stop());

  /** Waits until the only pod of a workload is in this phase, and gives it. */
  async function podIn(workload: string, phase: string): Promise<Json> {
    let found: Json;
    await untilPods(plane, `the pod of ${workload}, made by ${manifest(workload).path}, is ${phase}`, pods => {
      const [pod, ...others] = pods.filter(isPodOf(workload));
      found = pod;
      return (pod?.status.phase === phase && others.length === 0) || (pod === undefined ? 'There is none' : `It is ${pod.status.phase}: ${pod.status.conditions?.[0]?.message ?? ''}`);
    });
    return found;
  }

  async function runsOn(workload: string, ...nodes: readonly (string | undefined)[]): Promise<void> {
    const { nodeName } = (await podIn(workload, 'Running')).spec;
    if (!nodes.includes(nodeName)) throw new Error(`${workload}, made by ${manifest(workload).path}, runs on ${nodeName}, not on ${nodes.join(' or ')}`);
  }

  /** Waits until the scheduler says that no node has enough free GPUs for a pod. */
  async function waitsForGpus(workload: string): Promise<void> {
    await untilPods(plane, `${workload}, made by ${manifest(workload).path}, waits for GPUs`, pods => {
      const message: string = pods.find(isPodOf(workload))?.status.conditions?.find(({ type }: Json) => type === 'PodScheduled')?.message ?? 'not tried yet';
      return message.includes(`Insufficient ${GPU_RESOURCE}`) || message;
    });
  }

  async function completes(job: string): Promise<void> {
    await finish(plane, [await podIn(job, 'Running')]);
    await plane.kubectl.run(['wait', '--for=condition=Complete', '--timeout=60s', `job/${job}`, '-n', 'default']);
  }

  /** Worker and master on their nodes; the master starts after its worker, and ends. */
  async function runHorovod(): Promise<void> {
    await start(WORKER, MASTER);
    await runsOn(WORKER, workerNode);
    await masterRuns();
  }

  async function masterRuns(): Promise<void> {
    await untilPods(plane, 'the master waits for its worker', pods => pods.some(pod => isPodOf(MASTER)(pod) && pod.status.initContainerStatuses) || 'not on a node');
    await releaseInit(plane, [await podIn(MASTER, 'Pending')]);
    await runsOn(MASTER, masterNode);
    await completes(MASTER);
  }

  /** Something else that takes GPUs of a node. */
  async function occupy(node: string, gpus: number): Promise<() => Promise<unknown>> {
    const name = `other-${node.replaceAll('.', '-')}`;
    const spec = { nodeSelector: { 'kubernetes.io/hostname': node }, containers: [{ name: 'other', image: 'other:1', resources: { limits: { [GPU_RESOURCE]: gpus } } }] };
    await plane.kubectl.create([{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec }]);
    await untilPods(plane, `${name} runs`, pods => pods.some(pod => nameOf(pod) === `default/${name}` && pod.status.phase === 'Running') || 'not yet');
    return () => plane.kubectl.run(['delete', 'pod', name, '-n', 'default']);
  }

  check('the single-node job runs to completion on a DGX-1; otherwise the benchmark never ends', async () => {
    await start(SINGLE);
    await runsOn(SINGLE, masterNode, workerNode);
    await completes(SINGLE);
    return 1;
  });

  check('with one node busy the single-node job takes the other; otherwise half of the machines idle', async () => {
    await occupy(masterNode!, 1);
    await start(SINGLE);
    await runsOn(SINGLE, workerNode);
    await completes(SINGLE);
    return 1;
  });

  check('with no node of eight free GPUs the single-node job waits, and starts when one frees; otherwise it is lost', async () => {
    const freeMaster = await occupy(masterNode!, 1);
    await occupy(workerNode!, 8);
    await start(SINGLE);
    await waitsForGpus(SINGLE);
    await freeMaster();
    await runsOn(SINGLE, masterNode);
    await completes(SINGLE);
    return 2;
  });

  check('Horovod worker and master run on the nodes that are meant for them; otherwise mpirun looks for the worker elsewhere', async () => {
    await runHorovod();
    return 2;
  });

  check('after a run the worker keeps its GPUs until its Deployment is deleted, as documented; otherwise a second run meets a surprise', async () => {
    await runHorovod();
    await occupy(masterNode!, 8);
    await start(SINGLE);
    await waitsForGpus(SINGLE);
    await plane.kubectl.run(['delete', 'deployment', WORKER, '-n', 'default']);
    await runsOn(SINGLE, workerNode);
    await completes(SINGLE);
    return 2;
  });

  check('with a node of the list busy the Horovod run waits for that node, and starts when it frees; otherwise it runs on the wrong ones', async () => {
    const free = await occupy(masterNode!, 1);
    await start(WORKER, MASTER);
    await podIn(WORKER, 'Running');
    await waitsForGpus(MASTER);
    await free();
    await masterRuns();
    return 2;
  });
});
