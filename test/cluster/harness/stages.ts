import { stringify } from 'yaml';

/** Annotation that lets the init containers of a pod end. */
export const INIT_DONE = 'simulated.example.com/init-done';
/** Annotation that lets the containers of a Job's pod end, with success. */
export const FINISHED = 'simulated.example.com/finished';

const annotation = (name: string): string => `.metadata.annotations["${name}"]`;
const has = (key: string) => ({ key, operator: 'Exists' });
const hasNot = (key: string) => ({ key, operator: 'DoesNotExist' });
const is = (key: string, value: string) => ({ key, operator: 'In', values: [value] });
const alive = hasNot('.metadata.deletionTimestamp');

const stage = (kind: 'Node' | 'Pod', name: string, matchExpressions: readonly object[], next: object) => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name }, spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next },
});

const NODE_READY = `
conditions:
- {type: Ready, status: "True", reason: Simulated, message: "", lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}
`;

const ADDRESSES = `
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}
startTime: {{ Now | Quote }}
`;

const condition = (type: string, status: boolean): string => `
- {type: ${type}, status: "${status ? 'True' : 'False'}", lastTransitionTime: {{ Now | Quote }}}`;

const statuses = (field: 'initContainers' | 'containers', ready: boolean, state: string): string => `
${field === 'containers' ? 'containerStatuses' : 'initContainerStatuses'}:
{{ range .spec.${field} }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", restartCount: 0, ready: ${ready}, state: ${state}}
{{ end }}`;

const RUNNING = '{running: {startedAt: {{ Now | Quote }}}}';
const ENDED = '{terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}';
const WAITING = '{waiting: {reason: PodInitializing}}';

const INITIALIZING = `phase: Pending${ADDRESSES}
conditions:${condition('Initialized', false)}${condition('Ready', false)}${condition('ContainersReady', false)}
${statuses('initContainers', false, RUNNING)}${statuses('containers', false, WAITING)}`;

const STARTED = `phase: Running${ADDRESSES}
conditions:${condition('Initialized', true)}${condition('Ready', true)}${condition('ContainersReady', true)}
${statuses('initContainers', true, ENDED)}${statuses('containers', true, RUNNING)}`;

const SUCCEEDED = `phase: Succeeded
conditions:${condition('Ready', false)}${condition('ContainersReady', false)}
${statuses('containers', false, ENDED)}`;

const pending = [alive, is('.status.phase', 'Pending')];

/**
 * What KWOK does in place of kubelets: pods start and are ready at once. Two things wait for a test to say so: the end of init
 * containers, and the end of a Job's containers.
 */
export const stages = (): string => [
  stage('Node', 'node-ready', [alive, { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: 'NotIn', values: ['True'] }], { statusTemplate: NODE_READY }),
  stage('Pod', 'pod-initialize', [...pending, has('.spec.initContainers.[].name'), hasNot(annotation(INIT_DONE)), hasNot('.status.initContainerStatuses.[].name')], { statusTemplate: INITIALIZING }),
  stage('Pod', 'pod-start', [...pending, hasNot('.spec.initContainers.[].name')], { statusTemplate: STARTED }),
  stage('Pod', 'pod-start-after-init', [...pending, has('.spec.initContainers.[].name'), has(annotation(INIT_DONE))], { statusTemplate: STARTED }),
  stage('Pod', 'pod-succeed', [alive, is('.status.phase', 'Running'), has(annotation(FINISHED)), is('.metadata.ownerReferences.[].kind', 'Job')], { statusTemplate: SUCCEEDED }),
  stage('Pod', 'pod-delete', [has('.metadata.deletionTimestamp')], { delete: true }),
].map(document => stringify(document)).join('---\n');
