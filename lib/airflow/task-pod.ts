import { writtenJson } from '../core/plain-object';
import { emitYaml } from '../core/yaml-emitter';
import { type Resources, resourcesOf } from '../services/resources';
import { type AirflowPlan, DEFAULT_RESOURCES } from './plan';
import { airflowContainer, airflowPod } from './pods';

/** The pod that the KubernetesExecutor runs a task in, as YAML. Airflow replaces image and arguments. */
export function taskPodTemplate(plan: AirflowPlan, resources?: Resources): string {
  const template = airflowPod(plan, {
    component: 'task',
    gates: 'none',
    mounts: { dags: true, logs: true },
    usesApi: true,
    containers: [airflowContainer(plan, { dags: true, logs: true }, {
      name: 'base',
      // The task runs in this process, not in yet another pod.
      env: [{ name: 'AIRFLOW__CORE__EXECUTOR', value: 'LocalExecutor' }],
      resources: resourcesOf(resources ?? DEFAULT_RESOURCES.task),
    })],
    spec: { restartPolicy: 'Never' },
  });
  return emitYaml([writtenJson({ apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name: 'task' }, spec: template.spec })]);
}
