import type * as k8s from '../core/k8s';
import { Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { checkManaged, type Claim } from './claim';

/** What a workload may do with volumes: take snapshots of them, or also clone them. */
export type VolumeRight = 'snapshot' | 'clone';

/** Who may do what with which volumes. */
export interface VolumeAccessProps {
  /** Name of the Roles and RoleBindings. */
  readonly name: string;
  /** Claims whose volumes are meant. Rights are given in their namespaces; Kubernetes cannot limit the making of an object to names. */
  readonly claims: readonly Claim[];
  /** `snapshot`: make, read and list VolumeSnapshots. `clone`: that, and make claims from them. */
  readonly right: VolumeRight;
  /** ServiceAccount of the pods that do it. */
  readonly serviceAccount: {
    /** Namespace of the ServiceAccount. */
    readonly namespace: string;
    /** Name of the ServiceAccount. */
    readonly name: string;
  };
}

/**
 * Exactly the rights that taking a snapshot or making a clone calls for, in the namespaces of the given claims, for one ServiceAccount.
 * Source: the calls of the NetApp DataOps Toolkit 3.1 (create_volume_snapshot, clone_volume).
 */
export class VolumeAccess extends Construct {
  constructor(scope: Construct, id: string, { name, claims, right, serviceAccount }: VolumeAccessProps) {
    super(scope, id);
    for (const claim of claims) checkManaged(this, 'claims', claim);
    const identity = { name: 'volume', instance: name, component: `${right}-rights`, partOf: 'storage' };
    for (const namespace of new Set(claims.map(claim => claim.namespace))) {
      const claimNames = [...new Set(claims.filter(claim => claim.namespace === namespace).map(({ claimName }) => claimName))];
      addObject(this, `${namespace}-role`, identity, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace }, rules: rulesOf(right, claimNames) });
      addObject(this, `${namespace}-binding`, identity, {
        apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', ...serviceAccount }],
      });
    }
  }
}

function rulesOf(right: VolumeRight, claimNames: string[]): k8s.PolicyRule[] {
  const snapshots = { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] };
  if (right === 'snapshot') return [snapshots, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'], resourceNames: claimNames }];
  // A clone waits for a claim whose name is not known here.
  return [snapshots, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'get'] }, { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['get'] }];
}
