import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Claim } from '../storage/claim';
import { serviceNames } from './rules/service-names';
import { type TeamNamespace } from './team-namespace';

/** What a TensorBoard is made with. */
export interface TensorBoardProps {
  /** Team that looks at it. */
  readonly team: TeamNamespace;
  /** Name of the TensorBoard and its Service: at most 58 characters, a-z, 0-9 and "-". No notebook of the team may have it. */
  readonly name: string;
  /** Claim with the logs; it is mounted read-only. */
  readonly logs: Claim;
  /**
   * Folder of the logs in the volume, for example `runs/mnist`.
   * @default - the whole volume
   */
  readonly path?: string;
}

/** TensorBoard over the logs of a training job. Source: Kubeflow, tensorboard_controller.go. */
export class TensorBoard extends Construct {
  /** Name of the TensorBoard. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: TensorBoardProps) {
    super(scope, id);
    const { team: { namespace, kubeflow }, name, logs, path = '' } = props;
    this.name = name;
    check(this, /^([^/]+\/)*[^/]*$/.test(path) && !path.split('/').includes('..'), () =>
      `\`path\` is "${path}": it must be a folder in the volume, without "/" at its start, "//" and "..". Write for example runs/mnist.`);
    this.checkLogs(logs, namespace);
    EnvironmentApp.find(this)?.addRule(serviceNames);
    addObject(this, 'Resource', { name: 'tensorboard', instance: name, component: 'tensorboard', partOf: 'kubeflow' }, {
      apiVersion: 'tensorboard.kubeflow.org/v1alpha1', kind: 'Tensorboard',
      metadata: { name, namespace },
      spec: { logspath: `pvc://${logs.claimName}/${path}` },
    });
    kubeflow.require(this, 'tensorboards');
  }

  private checkLogs({ claimName, namespace: other, accessMode }: Claim, namespace: string): void {
    check(this, other === namespace, () =>
      `\`logs\` is claim ${claimName} of namespace ${other}: TensorBoard of namespace ${namespace} cannot mount it. Make the claim in ${namespace}; a volume can be shared with \`SharedVolume\`.`);
    check(this, accessMode !== 'ReadWriteOncePod', () =>
      `\`logs\` is claim ${claimName} with access mode ReadWriteOncePod: TensorBoard could not mount it beside the job that writes it. Use ReadWriteMany.`);
    if (accessMode !== 'ReadWriteOnce') return;
    declarePrerequisite(this, {
      area: 'Cluster',
      what: `RWO_PVC_SCHEDULING is "True" for the TensorBoard controller, so that TensorBoard runs on the node that has ReadWriteOnce claim ${other}/${claimName} mounted (a ReadWriteMany claim does without)`,
      commands: ['kubectl -n kubeflow set env deployment/tensorboard-controller-deployment --list --resolve | grep RWO_PVC_SCHEDULING'],
    });
  }
}
