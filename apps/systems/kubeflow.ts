import { type Chart } from 'cdk8s';
import {
  type AIPodStorage, type Dataset, type DatasetMount, KatibExperiment, KubeflowDefaults, KubeflowInstallation, type KubeflowTeam, NfsDataset, NotebookWorkspace, TensorBoard, TrainingPipeline, VolumeClaim,
} from '../../lib';
import { type KubeflowSettings, type TeamMounts, type TeamSettings, type TeamVolume } from '../environment';
import { aipodNamed, required, type StorageOutputs } from './storage';

/** The two layers of Kubeflow: the teams with their namespaces come before what is in them. */
export interface KubeflowLayers {
  readonly teams: Chart;
  readonly workloads: Chart;
}

export function addKubeflow(layers: KubeflowLayers, { teams, ...props }: KubeflowSettings, storage: StorageOutputs): void {
  const volumes = Object.fromEntries(Object.entries(teams).map(([name, team]) => [name, new TeamVolumes(layers.workloads, name, team, storage)]));
  const aipods = Object.values(storage.aipods);
  const defaults = new KubeflowDefaults(layers.teams, 'defaults', {
    defaultClass: aipods.map(({ flexVolClass }) => flexVolClass).find(({ isDefaultClass }) => isDefaultClass) ?? 'existing',
    flexGroupClasses: aipods.flatMap(({ flexGroupClasses }) => flexGroupClasses),
    kubeflow: {
      installation: new KubeflowInstallation(layers.teams, 'kubeflow', props),
      teams: Object.fromEntries(Object.entries(teams).map(([name, team]) => [name, optionsOf(team, volumes[name]!)])),
    },
  });
  for (const [name, team] of Object.entries(teams)) addWorkloads(layers.workloads, defaults.teams[name]!, team, volumes[name]!, storage);
}

/** What the library takes of a team; its volumes are named in the environment. */
function optionsOf({ datasets, dataManagement, ...team }: TeamSettings, volumes: TeamVolumes) {
  return {
    ...team,
    datasets: datasets && Object.entries(datasets).map(([name, { data, mountPath }]) => ({ name, dataset: volumes.dataset(data), mountPath })),
    dataManagement: dataManagement && { snapshot: dataManagement.snapshot?.map(volume => volumes.claim(volume)), clone: dataManagement.clone?.map(volume => volumes.claim(volume)) },
  };
}

function addWorkloads(layer: Chart, team: KubeflowTeam, { notebooks = {}, experiments = {}, pipelines = {}, tensorBoards = {} }: TeamSettings, volumes: TeamVolumes, { snapshotClass }: StorageOutputs): void {
  const id = (name: string) => `${team.namespace}-${name}`;
  for (const [name, { mounts, podDefaults = [], ...notebook }] of Object.entries(notebooks)) {
    new NotebookWorkspace(layer, id(`notebook-${name}`), { ...notebook, team, name, datasets: volumes.mounts(mounts), podDefaults: podDefaults.map(podDefault => team.podDefault(podDefault)) });
  }
  for (const [name, { trial, ...experiment }] of Object.entries(experiments)) {
    new KatibExperiment(layer, id(`experiment-${name}`), { ...experiment, team, name, trial: volumes.mountedIn(trial) });
  }
  for (const [name, { dataset: { volume, ...dataset }, train, test, snapshot, ...pipeline }] of Object.entries(pipelines)) {
    new TrainingPipeline(layer, id(`pipeline-${name}`), {
      ...pipeline, team, name, train: volumes.mountedIn(train), test: test && volumes.mountedIn(test),
      dataset: { ...dataset, claim: volumes.claim(volume) },
      snapshot: { ...snapshot, class: required(snapshotClass, 'storage.snapshotClass', `kubeflow.teams.${team.namespace}.pipelines.${name}`) },
    });
  }
  for (const [name, { logs, ...tensorBoard }] of Object.entries(tensorBoards)) {
    new TensorBoard(layer, id(`tensorboard-${name}`), { ...tensorBoard, team, name, logs: volumes.claim(logs) });
  }
}

/** Volumes of a team, found by the names that the environment gives them. */
class TeamVolumes {
  private readonly claims: Readonly<Record<TeamVolume, VolumeClaim>>;
  private readonly datasets: Readonly<Record<TeamVolume, Dataset>>;

  constructor(layer: Chart, private readonly namespace: string, { volumes = {}, exports = {} }: TeamSettings, storage: StorageOutputs) {
    const aipod = (prefix: string): AIPodStorage => aipodNamed(storage, prefix, `kubeflow.teams.${namespace}`);
    this.claims = Object.fromEntries(Object.entries(volumes).map(([name, { aipod: prefix, ...size }]) => [name, new VolumeClaim(layer, `${namespace}-${name}`, {
      ...size, name, namespace, storageClass: prefix === undefined ? undefined : aipod(prefix).flexVolClass,
    })]));
    this.datasets = Object.fromEntries(Object.entries(exports).map(([path, { size, aipod: prefix, transport = 'tcp' }]) => {
      const { svm, dataLifs } = aipod(prefix);
      return [path, new NfsDataset(layer, `${namespace}${path}`.replaceAll('/', '-'), { svm, dataLifs, path, size, namespace, nfs: { transport } })];
    }));
  }

  /** A new volume. */
  claim(name: TeamVolume): VolumeClaim {
    return required(this.claims[name], `kubeflow.teams.${this.namespace}.volumes["${name}"]`, `kubeflow.teams.${this.namespace}`);
  }

  /** A new volume or an export. */
  dataset(name: TeamVolume): Dataset {
    return this.datasets[name] ?? this.claim(name);
  }

  mounts(mounts: TeamMounts = {}): DatasetMount[] {
    return Object.entries(mounts).map(([mountPath, name]) => ({ mountPath, dataset: this.dataset(name) }));
  }

  mountedIn<Options extends { readonly mounts?: TeamMounts }>({ mounts, ...options }: Options) {
    return { ...options, mounts: this.mounts(mounts) };
  }
}
