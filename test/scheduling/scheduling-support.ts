import { type Chart } from 'cdk8s';
import { ExistingClaim, GpuJob, type GpuJobProps, GpuProjects, type GpuProjectsProps, GpuSession, type GpuSessionProps, type GpuTeamReference } from '../../lib';
import { build, type Built, CLUSTER } from '../support';

export const IMAGE = 'registry.example.com/train:1.0';
/** A team that is in the cluster of the tests already. */
export const TEAM: GpuTeamReference = { queueName: 'vision', namespace: 'team' };
export const DATA = new ExistingClaim('team', 'test', 'ReadWriteMany');

const EXISTING = {
  cluster: {
    ...CLUSTER,
    existing: [...CLUSTER.existing ?? [], { kind: 'Queue', name: 'vision' }, { kind: 'PersistentVolumeClaim', namespace: 'team', name: 'test' }],
  },
} as const;

/** Builds in a cluster that has the team and its data. */
export const buildInTeam = (add: (layer: Chart) => void): Built => build(add, EXISTING);
export const job = (props: Partial<GpuJobProps> = {}): Built => buildInTeam(layer => { new GpuJob(layer, 'job', { team: TEAM, name: 'train', image: IMAGE, naming: 'fixed', ...props }); });
export const session = (props: Partial<GpuSessionProps> = {}): Built => buildInTeam(layer => { new GpuSession(layer, 'session', { team: TEAM, name: 'shell', image: IMAGE, ...props }); });
/** The documents' teams, on sixteen GPUs. */
export const TEAMS = { 'team-a': { gpus: 4 }, 'team-b': { gpus: 2 }, 'team-c': { gpus: 2 }, 'team-d': { gpus: 8 } };
export const projects = (props: Partial<GpuProjectsProps> = {}): Built => buildInTeam(layer => { new GpuProjects(layer, 'projects', { teams: TEAMS, ...props }); });

export const needs = (built: Built): string[] => built.app.prerequisites().map(({ what }) => what);
