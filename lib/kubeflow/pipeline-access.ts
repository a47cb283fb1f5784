import { type Construct } from 'constructs';
import type * as k8s from '../core/k8s';
import { addObject } from '../core/manifest-object';
import { type KubeflowInstallation } from './kubeflow-installation';
import { pipelineIdentity } from './pipeline-steps';
import { type TrainingPipelineProps } from './training-pipeline';

/** The ServiceAccount of the steps. Only Argo's own containers get its token. */
export function addPipelineAccess(scope: Construct, { name, team: { namespace, kubeflow }, train }: TrainingPipelineProps): void {
  const identity = pipelineIdentity(name, 'rights');
  const metadata = { name, namespace };
  addObject(scope, 'ServiceAccount', identity, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  addObject(scope, 'Role', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role',
    metadata,
    rules: [
      executorRule(kubeflow),
      // `kubectl apply` of an object whose manifest never changes, and waiting for its status. Source: Argo Workflows, executor/resource.go.
      { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create', 'get'] },
      ...train.pyTorchJob ? [{ apiGroups: ['kubeflow.org'], resources: ['pytorchjobs'], verbs: ['create', 'get'] }] : [],
    ],
  });
  addObject(scope, 'RoleBinding', identity, {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

/** How a step reports its result: to an object of its own since Argo 3.4, which came with Kubeflow 1.9, to its pod before. Source: Argo Workflows, "Workflow RBAC". */
const executorRule = (kubeflow: KubeflowInstallation): k8s.PolicyRule => (kubeflow.has('1.9')
  ? { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }
  : { apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] });
