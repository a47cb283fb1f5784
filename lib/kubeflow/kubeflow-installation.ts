import { Construct } from 'constructs';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { isAtLeast } from '../core/versions';
import { COMPONENTS, type KubeflowComponent, type KubeflowVersion } from './upstream';

/** What is installed. */
export interface KubeflowInstallationProps {
  /** Release of the Kubeflow platform, as `kubeflow/manifests` counts them: `1.7` to `1.10`, then year and month, for example `26.03`. */
  readonly version: KubeflowVersion;
  /**
   * Whether Istio's CNI plugin sets up the network of pods. Without it each pod of a team gets a privileged init container, which Pod Security refuses.
   * @default - true from 26.03, which brings it along; false before
   */
  readonly istioCni?: boolean;
}

/** Oldest release whose resources are written here. */
const OLDEST: KubeflowVersion = '1.7';

/** The Kubeflow that is installed in the cluster, with its own tools, before anything of this library is applied. */
export class KubeflowInstallation extends Construct {
  /** Release that is installed. */
  public readonly version: KubeflowVersion;
  /** Whether pods get along without Istio's privileged init container. */
  public readonly istioCni: boolean;

  constructor(scope: Construct, id: string, props: KubeflowInstallationProps) {
    super(scope, id);
    this.version = props.version;
    this.istioCni = props.istioCni ?? this.has('26.03');
    check(this, /^(1\.[1-9]\d?|\d{2}\.\d{2})$/.test(this.version) && this.has(OLDEST), () =>
      `\`kubeflow.version\` is "${this.version}": what is written here needs Kubeflow ${OLDEST} or newer, as 1.7 to 1.10 or as year.month such as 26.03. Upgrade Kubeflow, or correct the version.`);
    declarePrerequisite(this, {
      area: 'Cluster',
      what: `Kubeflow ${this.version}, installed with its own tools`,
      commands: ['kubectl get crd profiles.kubeflow.org'],
    });
  }

  /** Whether this release has what came with `version`. */
  has(version: KubeflowVersion): boolean {
    return isAtLeast(this.version, version);
  }

  /** Declares that `scope` needs a component of Kubeflow. */
  require(scope: Construct, component: KubeflowComponent): void {
    const { title, crds } = COMPONENTS[component];
    declarePrerequisite(scope, {
      area: 'Cluster',
      what: `Kubeflow ${this.version} with ${title} (${crds.join(', ')})`,
      commands: [`kubectl get crd ${crds.map(crd => crd.replace(/\/.*/, '')).join(' ')}`],
    });
  }
}
