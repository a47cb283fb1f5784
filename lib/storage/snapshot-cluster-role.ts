import { Construct } from 'constructs';
import { addObject } from '../core/manifest-object';

/**
 * The documents' ClusterRole for snapshots from a notebook, word for word. A VolumeAccess without it has less: what is more here (Services, the contents of
 * snapshots, writing a status) is called by nobody. Bound in a namespace, it gives nothing outside. Source: the documents' JupyterHub page.
 */
export class SnapshotClusterRole extends Construct {
  /** Name of the ClusterRole. */
  public readonly roleName = 'netapp-dataops-snapshots';

  constructor(scope: Construct, id: string) {
    super(scope, id);
    addObject(this, 'Resource', { name: 'volume', instance: this.roleName, component: 'snapshot-rights', partOf: 'storage' }, {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole',
      metadata: { name: this.roleName },
      rules: [
        { apiGroups: [''], resources: ['persistentvolumeclaims', 'persistentvolumeclaims/status', 'services'], verbs: ['get', 'list'] },
        {
          apiGroups: ['snapshot.storage.k8s.io'],
          resources: ['volumesnapshots', 'volumesnapshots/status', 'volumesnapshotcontents', 'volumesnapshotcontents/status'],
          verbs: ['get', 'list', 'create'],
        },
      ],
    });
  }
}
