import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, delimiter, join } from 'node:path';
import { Kubectl } from './kubectl';
import { freePorts, Processes, until } from './processes';
import { run } from './run';
import { stages } from './stages';

/** A throw-away Kubernetes on loopback: etcd, API server, controllers, scheduler, and KWOK in place of kubelets. */
export class ControlPlane {
  private constructor(
    /** Folder of this control plane, for logs and scratch files. */
    readonly folder: string,
    /** Administrator's kubectl. */
    readonly kubectl: Kubectl,
    /** Environment in which a command line of the documentation finds this cluster and no other. */
    readonly env: NodeJS.ProcessEnv,
    private readonly processes: Processes,
  ) {}

  static async start(name: string): Promise<ControlPlane> {
    const folder = mkdtempSync(join(run.folder, `${name}-`));
    const file = (path: string) => join(folder, path);
    const [clientPort, peerPort, apiPort] = await freePorts(3);
    const etcd = `http://127.0.0.1:${clientPort}`;
    const token = randomUUID();
    const kubeconfig = file('kubeconfig');
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(`https://127.0.0.1:${apiPort}`, file('certs/apiserver.crt'), token)));
    writeFileSync(file('tokens.csv'), `${token},admin,admin,system:masters\n`);
    writeFileSync(file('sa.key'), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(file('stages.yaml'), stages());
    writeFileSync(file('scheduler.yaml'), JSON.stringify(schedulerOf(kubeconfig)));
    mkdirSync(file('certs'));

    const processes = new Processes(folder);
    const env = { PATH: [dirname(run.binaries.kubectl), process.env.PATH].join(delimiter), HOME: folder, KUBECONFIG: kubeconfig };
    const plane = new ControlPlane(folder, new Kubectl(run.binaries.kubectl, ['--kubeconfig', kubeconfig], env), env, processes);
    try {
      processes.start('etcd', [
        '--data-dir', file('etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd, '--listen-peer-urls', `http://127.0.0.1:${peerPort}`,
        '--unsafe-no-fsync',
      ]);
      processes.start('kube-apiserver', [
        '--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(apiPort), '--cert-dir', file('certs'), '--allow-privileged',
        '--service-cluster-ip-range', '10.0.0.0/16', '--authorization-mode', 'RBAC', '--token-auth-file', file('tokens.csv'),
        '--service-account-issuer', 'https://kubernetes.default', '--service-account-key-file', file('sa.key'), '--service-account-signing-key-file', file('sa.key'),
      ]);
      await plane.ready('API server', ['get', '--raw', '/readyz']);
      const controller = ['--kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port', '0'];
      processes.start('kube-controller-manager', [...controller, '--service-account-private-key-file', file('sa.key'), '--root-ca-file', file('certs/apiserver.crt')]);
      processes.start('kube-scheduler', ['--config', file('scheduler.yaml'), '--secure-port', '0']);
      processes.start('kwok', ['--kubeconfig', kubeconfig, '--config', file('stages.yaml'), '--manage-all-nodes', '--node-lease-duration-seconds', '40']);
      // Made by the controllers, and without it no pod is admitted.
      await plane.ready('controllers', ['get', 'serviceaccount', 'default', '-n', 'default']);
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  /** Version of the API server, for example `v1.28.15`. */
  async version(): Promise<string> {
    return JSON.parse(await this.kubectl.run(['get', '--raw', '/version'])).gitVersion;
  }

  stop(): Promise<void> {
    return this.processes.stop();
  }

  private async ready(what: string, question: readonly string[]): Promise<void> {
    try {
      await until(what, async () => {
        this.processes.assertAlive();
        const { ok, stderr } = await this.kubectl.try(question);
        return ok || stderr;
      });
    } catch (error) {
      throw new Error(`The control plane does not start. ${String(error)}\n${this.processes.logs()}`, { cause: error });
    }
  }
}

/** Pods of KAI Scheduler are placed by that of Kubernetes, which knows no queues: what is proven of them is that they fit. */
const schedulerOf = (kubeconfig: string) => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  clientConnection: { kubeconfig },
  leaderElection: { leaderElect: false },
  profiles: ['default-scheduler', 'kai-scheduler'].map(schedulerName => ({ schedulerName })),
});

/** A kubeconfig with one cluster and its administrator. */
const kubeconfigOf = (server: string, certificate: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'throw-away',
  clusters: [{ name: 'throw-away', cluster: { server, 'certificate-authority': certificate } }],
  users: [{ name: 'admin', user: { token } }],
  contexts: [{ name: 'throw-away', context: { cluster: 'throw-away', user: 'admin' } }],
});
