import { environments } from '../../../apps/environments';
import { type Environment } from '../../../apps/environment';

/** Programs that the tests run. */
export type Binary = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl' | 'kwok';

/** What scripts/cluster-test.mjs hands over. */
interface Run {
  /** Everything that is written goes below this folder; the launcher removes it. */
  readonly folder: string;
  readonly binaries: Readonly<Record<Binary, string>>;
  /** A context of the user's kubeconfig, and the label of the namespaces that the launcher removes; without it, the control plane is a throw-away one. */
  readonly user?: { readonly context: string; readonly label: { readonly key: string; readonly value: string } };
  /** Names of environments; none means all. */
  readonly environments: readonly string[];
}

export const run = JSON.parse(process.env.CLUSTER_TEST ?? 'null') as Run;

/** Whether this run is about an environment. */
export const isChosen = (name: string): boolean => run.environments.length === 0 || run.environments.includes(name);

/** The environments that this run is about. */
export const chosen: readonly Environment[] = environments.filter(({ name }) => isChosen(name));
