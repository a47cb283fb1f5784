import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { GpuJob, GpuProjects, type GpuProjectsProps, GpuTeam, type GpuTeamOptions } from '../../lib';
import { build, CLUSTER } from '../support';
import { buildInTeam, IMAGE, needs, projects, TEAMS } from './scheduling-support';

const PATH = '[test/20-layer/projects]';
const ALL_TEAM: Required<GpuTeamOptions> = {
  gpus: 6, maxGpus: 8, overQuotaWeight: 3, priority: 200, minRuntime: { preempt: Duration.minutes(5), reclaim: Duration.hours(1) }, nodes: CLUSTER.nodes.slice(0, 1),
  sessionTimeLimit: Duration.hours(8), displayName: 'Computer vision', namespace: { existing: 'team' },
};
const ALL: Required<GpuProjectsProps<'vision' | 'speech'>> = {
  teams: { vision: ALL_TEAM, speech: { gpus: 10, namespace: { podSecurity: 'baseline' } } }, department: 'research', namespaceLabels: { 'gpu-scheduling': 'kai' },
};
const ANY = { quota: -1, limit: -1, overQuotaWeight: 1 };

describe('every prop reaches a manifest; otherwise a user sets it and nothing happens', () => {
  let made: GpuProjects<'vision' | 'speech'>;
  const built = build(layer => { made = new GpuProjects(layer, 'projects', ALL); });

  test('nothing is wrong with all of them', () => {
    expect(built.problems).toEqual([]);
  });

  test('the queue of a team', () => {
    expect(built.one('Queue', 'vision').spec).toEqual({
      displayName: 'Computer vision', parentQueue: 'research', priority: 200, preemptMinRuntime: '300s', reclaimMinRuntime: '3600s',
      resources: { gpu: { quota: 6, limit: 8, overQuotaWeight: 3 }, cpu: ANY, memory: ANY },
    });
  });

  test('what workloads of the team take from it', () => {
    expect(made.teams.vision).toMatchObject({ queueName: 'vision', namespace: 'team', gpus: 6, nodes: ALL_TEAM.nodes, sessionTimeLimit: ALL_TEAM.sessionTimeLimit });
    expect(made.queueName).toBe('research');
  });

  test('the namespace, with the labels by which KAI Scheduler finds it; one that is made elsewhere is to be labelled', () => {
    expect(built.manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)).toEqual(['speech']);
    expect(built.one('Namespace').metadata.labels).toMatchObject({ 'gpu-scheduling': 'kai', 'pod-security.kubernetes.io/enforce': 'baseline' });
    expect(built.app.prerequisites()).toEqual(expect.arrayContaining([expect.objectContaining({
      what: 'KAI Scheduler looks after the namespaces team: they have the labels gpu-scheduling=kai', commands: ['kubectl label namespace team gpu-scheduling=kai'],
    })]));
  });
});

describe('the documents\' four teams', () => {
  const built = projects();

  test('nothing is wrong with them', () => {
    expect(built.problems).toEqual([]);
  });

  test('each has its guarantee, no limit, and a weight as large as the guarantee; KAI gives nothing beyond it without a weight, and starts nothing without a limit', () => {
    for (const [name, { gpus }] of Object.entries(TEAMS)) {
      expect(built.one('Queue', name).spec).toEqual({ parentQueue: 'gpu-projects', resources: { gpu: { quota: gpus, limit: -1, overQuotaWeight: gpus }, cpu: ANY, memory: ANY } });
    }
  });

  test('the queue above them limits nothing; otherwise no session would start', () => {
    expect(built.one('Queue', 'gpu-projects').spec).toEqual({ resources: { gpu: ANY, cpu: ANY, memory: ANY } });
  });

  test('each has a namespace of its name at the strictest level', () => {
    const namespaces = built.manifests.filter(({ kind }) => kind === 'Namespace');
    expect(namespaces.map(({ metadata }) => metadata.name)).toEqual(Object.keys(TEAMS));
    expect(namespaces.map(({ metadata }) => metadata.labels['pod-security.kubernetes.io/enforce'])).toEqual(Array(4).fill('restricted'));
  });

  test('KAI Scheduler is a prerequisite, and no labels of namespaces', () => {
    expect(needs(built)).toEqual(['Kubernetes 1.29', 'KAI Scheduler 0.13 with its priority classes']);
  });
});

test('who would get what is told before anything is applied, with the limits and weights of the teams', () => {
  let made: GpuProjects<'vision' | 'speech'>;
  build(layer => { made = new GpuProjects(layer, 'projects', ALL); });
  expect(made!.fairShare({ vision: 12, speech: 4 })).toEqual({ vision: 8, speech: 4 });
  expect(made!.fairShare({ vision: 12, speech: 12 })).toEqual({ vision: 6, speech: 10 });
  expect(made!.fairShare({})).toEqual({ vision: 0, speech: 0 });
  // @ts-expect-error there is no such team
  made!.fairShare({ robotics: 1 });
});

test('a team that is not there does not compile', () => {
  buildInTeam(layer => {
    const { teams } = new GpuProjects(layer, 'projects', { teams: TEAMS });
    new GpuJob(layer, 'job', { team: teams['team-a'], name: 'train', image: IMAGE });
    // @ts-expect-error there is no such team
    expect(teams['team-e']).toBeUndefined();
  });
});

describe('what cannot work is said', () => {
  const only = (team: GpuTeamOptions) => projects({ teams: { vision: team } }).problems;
  const inTeam = '[test/20-layer/projects/vision]';

  test('no team at all', () => {
    expect(projects({ teams: {} }).problems).toEqual([`${PATH} \`teams\` is empty: there is nobody to share GPUs. Name at least one team.`]);
  });

  test.each<[string, Partial<GpuTeamOptions>, string]>([
    ['a limit below the guarantee', { maxGpus: 8 }, '`maxGpus` is 8: `gpus` guarantees 16, so the team could never use all of them. Raise it, or lower `gpus`.'],
    ['half a limit', { maxGpus: 16.5 }, '`maxGpus` is 16.5: it must be a whole number of at least 0. Choose a value in that range.'],
    ['a negative weight', { overQuotaWeight: -1 }, '`overQuotaWeight` is -1: a weight is 0 or more. Choose such a value, or leave it out to share in the ratio of the guarantees.'],
    ['a negative priority', { priority: -1 }, '`priority` is -1: it must be a whole number of at least 0. Choose a value in that range.'],
    ['no node', { nodes: [] }, '`nodes` is empty: workloads of the team could run nowhere. Name the nodes, or leave it out for all.'],
  ])('%s', (_, team, sentence) => {
    expect(only({ gpus: 16, ...team })).toEqual([`${inTeam} ${sentence}`]);
  });

  test('half a GPU as a guarantee', () => {
    expect(projects({ teams: { vision: { gpus: 15.5 }, speech: { gpus: 0.5 } } }).problems).toEqual([
      `${inTeam} \`gpus\` is 15.5: it must be a whole number of at least 0. Choose a value in that range.`,
      '[test/20-layer/projects/speech] `gpus` is 0.5: it must be a whole number of at least 0. Choose a value in that range.',
    ]);
  });

  test('neither a guarantee nor a weight; a team on what is left needs one', () => {
    expect(projects({ teams: { vision: { gpus: 16 }, guests: { gpus: 0 } } }).problems).toEqual([
      '[test/20-layer/projects/guests] `gpus` is 0 without an `overQuotaWeight`: the team would have neither a guarantee nor a part of what is left. Give it a weight, for example 1.',
    ]);
    expect(projects({ teams: { vision: { gpus: 16 }, guests: { gpus: 0, overQuotaWeight: 1 } } }).problems).toEqual([]);
  });

  test('more guaranteed on some nodes than they have, by one team or by several', () => {
    const [first, second] = CLUSTER.nodes;
    expect(projects({ teams: { vision: { gpus: 6, nodes: [first!] }, speech: { gpus: 4, nodes: [first!] }, text: { gpus: 6, nodes: [first!, second!] } } }).problems).toEqual([
      `${PATH} \`gpus\` of the teams that may use only gpu-1 is 10 (vision 6, speech 4): there are 8 GPUs, so the guarantee could not be kept. Lower it, or give the teams more \`nodes\`.`,
    ]);
    expect(projects({ teams: { vision: { gpus: 8, nodes: [first!] }, speech: { gpus: 8 } } }).problems).toEqual([]);
  });

  test('a team with the name of the queue above it', () => {
    expect(projects({ department: 'team-a' }).problems).toEqual(expect.arrayContaining([
      expect.stringContaining('`metadata.name` is team-a: Queue team-a is already made by 20-layer/projects, and an apply would overwrite it. Rename one of the two.'),
    ]));
  });

  test('a name that no label can have', () => {
    expect(projects({ teams: { ['t'.repeat(64)]: { gpus: 16, namespace: { existing: 'team' } } } }).problems[0]).toContain(
      'the name of a Queue must be at most 63 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends.');
  });
});

test('what it does not know can still be written', () => {
  const built = buildInTeam(layer => {
    const team = new GpuTeam(layer, 'guests', { name: 'guests', parent: { queueName: 'vision' }, gpus: 16 });
    ApiObject.of(team).addJsonPatch(JsonPatch.add('/metadata/labels/kai.scheduler~1node-pool', 'a100'));
  });
  expect(built.problems).toEqual([]);
  expect(built.one('Queue').metadata.labels['kai.scheduler/node-pool']).toBe('a100');
});
