import type * as k8s from '../core/k8s';
import { Construct } from 'constructs';
import { type Identity } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { checkManaged, type Claim } from './claim';
import { type SnapshotClusterRole } from './snapshot-cluster-role';

/** What a workload may do with volumes: take snapshots of them, or also clone them. */
export type VolumeRight = 'snapshot' | 'clone';

/** All claims of a namespace, for claims whose names are not known yet, such as those that JupyterHub makes for its users. */
export interface EveryClaim {
  /** Namespace of the claims. */
  readonly everyClaimIn: string;
  /** A ClusterRole to give in place of a Role with exactly what is called. @default - such a Role */
  readonly role?: SnapshotClusterRole;
}

/** Who may do what with which volumes. */
export interface VolumeAccessProps {
  /** Name of the Roles and RoleBindings. */
  readonly name: string;
  /** Claims whose volumes are meant. Rights are given in their namespaces; Kubernetes cannot limit the making of an object to names. */
  readonly claims: readonly Claim[] | EveryClaim;
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
 * Source: the calls of the NetApp DataOps Toolkit 3.1 (create_volume_snapshot, list_volumes, list_volume_snapshots, clone_volume).
 */
export class VolumeAccess extends Construct {
  private readonly identity: Identity;

  constructor(scope: Construct, id: string, private readonly props: VolumeAccessProps) {
    super(scope, id);
    const { name, claims, right } = props;
    this.identity = { name: 'volume', instance: name, component: `${right}-rights`, partOf: 'storage' };
    if ('everyClaimIn' in claims) {
      const { everyClaimIn: namespace, role } = claims;
      if (role === undefined) this.addRole(namespace, rulesOf(right, 'every'));
      this.addBinding(namespace, role === undefined ? { kind: 'Role', name } : { kind: 'ClusterRole', name: role.roleName });
      return;
    }
    for (const claim of claims) checkManaged(this, 'claims', claim);
    for (const namespace of new Set(claims.map(claim => claim.namespace))) {
      this.addRole(namespace, rulesOf(right, [...new Set(claims.filter(claim => claim.namespace === namespace).map(({ claimName }) => claimName))]));
      this.addBinding(namespace, { kind: 'Role', name });
    }
  }

  private addRole(namespace: string, rules: k8s.PolicyRule[]): void {
    addObject(this, `${namespace}-role`, this.identity, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: this.props.name, namespace }, rules });
  }

  private addBinding(namespace: string, role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string }): void {
    addObject(this, `${namespace}-binding`, this.identity, {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
      metadata: { name: this.props.name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
      subjects: [{ kind: 'ServiceAccount', ...this.props.serviceAccount }],
    });
  }
}

function rulesOf(right: VolumeRight, claims: string[] | 'every'): k8s.PolicyRule[] {
  const snapshots = { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get', 'list'] };
  const readClaims = claims === 'every' ? { verbs: ['get', 'list'] } : { verbs: ['get'], resourceNames: claims };
  if (right === 'snapshot') return [snapshots, { apiGroups: [''], resources: ['persistentvolumeclaims'], ...readClaims }];
  // A clone waits for a claim whose name is not known here.
  const makeClaims = claims === 'every' ? ['create', 'get', 'list'] : ['create', 'get'];
  return [snapshots, { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: makeClaims }, { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['get'] }];
}
