import type * as k8s from '../core/k8s';
import { type Construct } from 'constructs';
import { addObject } from '../core/manifest-object';
import { addWebService } from '../services/web-exposure';
import { VolumeAccess } from '../storage/volume-access';
import { type DataManagement, type WebOptions } from './options';
import { type AirflowPlan, identityOf, selectorOf } from './plan';
import { PORTS } from './upstream';

/** ServiceAccount of all pods, with the rights to run tasks in pods; only pods that need the API mount its token. */
export function addServiceAccount(scope: Construct, plan: AirflowPlan): void {
  const { name, namespace } = plan;
  const identity = identityOf(plan, 'rbac');
  addObject(scope, 'service-account', identity, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, automountServiceAccountToken: false });
  addObject(scope, 'role', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role',
    metadata: { name, namespace },
    rules: [
      { apiGroups: [''], resources: ['events'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'delete', 'list', 'patch', 'watch'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
    ],
  });
  addObject(scope, 'role-binding', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

/** ServiceAccount of task pods that manage data, with the rights that this calls for and no others. */
export function addDataManagement(scope: Construct, plan: AirflowPlan, { snapshot = [], clone = [] }: DataManagement): string {
  const name = `${plan.name}-data`;
  const serviceAccount = { namespace: plan.namespace, name };
  addObject(scope, 'data-service-account', identityOf(plan, 'data'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: serviceAccount, automountServiceAccountToken: true });
  if (snapshot.length > 0) new VolumeAccess(scope, 'snapshot-rights', { name: `${name}-snapshot`, claims: snapshot, right: 'snapshot', serviceAccount });
  if (clone.length > 0) new VolumeAccess(scope, 'clone-rights', { name: `${name}-clone`, claims: clone, right: 'clone', serviceAccount });
  return name;
}

/** The web page of Airflow. */
export function addWebPage(scope: Construct, plan: AirflowPlan, { expose = { kind: 'node-port' } }: WebOptions): void {
  addWebService(scope, {
    identity: identityOf(plan, 'web'), selector: selectorOf(plan, 'web'), namespace: plan.namespace, name: `${plan.name}-web`, port: { name: 'web', port: PORTS.web, targetPort: 'web' }, expose,
  });
}

/** Services of the Celery parts: Flower's page, and the workers' log servers. */
export function addCeleryServices(scope: Construct, plan: AirflowPlan): void {
  const add = (component: 'flower' | 'worker', spec: k8s.ServiceSpec) => addObject(scope, `${component}-service`, identityOf(plan, component), {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name: `${plan.name}-${component}`, namespace: plan.namespace }, spec: { selector: selectorOf(plan, component), ...spec },
  });
  add('flower', { type: 'ClusterIP', ports: [{ name: 'flower', port: PORTS.flower, targetPort: 'flower' }] });
  add('worker', { clusterIP: 'None', ports: [{ name: 'wlog', port: PORTS.workerLogs, targetPort: 'wlog' }] });
}
