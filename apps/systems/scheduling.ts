import { type Chart } from 'cdk8s';
import { type Cluster, type DatasetMount, GpuJob, GpuProjects, GpuSession } from '../../lib';
import { type DataVolume, type SchedulingSettings } from '../environment';
import { type DataOutputs } from './data';
import { required } from './storage';
import { nodesNamed } from './training';

/** The two layers of scheduling: the queues come before what runs in them. */
export interface SchedulingLayers {
  readonly queues: Chart;
  readonly workloads: Chart;
}

export function addScheduling(layers: SchedulingLayers, { teams: settings, ...props }: SchedulingSettings, cluster: Cluster, volumes?: DataOutputs): void {
  const projects = new GpuProjects(layers.queues, 'projects', {
    ...props,
    teams: Object.fromEntries(Object.entries(settings).map(([name, team]) =>
      [name, { ...team, nodes: team.nodes && nodesNamed(cluster, `scheduling.teams.${name}.nodes`, team.nodes) }])),
  });
  for (const [queue, { jobs = {}, sessions = {} }] of Object.entries(settings)) {
    const team = projects.teams[queue]!;
    const mountsOf = (mounts: Readonly<Record<string, DataVolume>> | undefined): DatasetMount[] | undefined => mounts && Object.entries(mounts).map(([mountPath, volume]) => {
      const { dataset, results } = required(volumes, 'data', `scheduling.teams.${queue}`);
      return { mountPath, dataset: volume === 'dataset' ? dataset : { claims: [results] } };
    });
    for (const [name, { mounts, ...job }] of Object.entries(jobs)) new GpuJob(layers.workloads, `${queue}-${name}`, { ...job, team, name, mounts: mountsOf(mounts) });
    for (const [name, { mounts, ...session }] of Object.entries(sessions)) new GpuSession(layers.workloads, `${queue}-${name}`, { ...session, team, name, mounts: mountsOf(mounts) });
  }
}
