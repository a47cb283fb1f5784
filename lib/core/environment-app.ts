import { existsSync, mkdirSync, readdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiObject, App, type AppProps, Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { applyOrder, type ApplyOrder } from './apply-order';
import { type Cluster } from './cluster';
import { type Manifest, type Model, type Rule } from './model';
import { declarePrerequisite, type DeclaredPrerequisite, type ObjectReference, prerequisitesOf } from './prerequisites';
import { check, type Finding, reportProblem, ValidationError } from './problems';
import { CORE_RULES } from './rules';
import { isPlainLayout, writeCharts } from './write-charts';
import { emitYaml } from './yaml-emitter';

/** First Kubernetes minor whose stable APIs have all that is written: Pod Security admission came last. */
const OLDEST_MINOR = 25;

/** One folder below the output root, never the root itself or a folder above it. */
const FOLDER_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** What an environment is made with; `outputFileExtension`, `yamlOutputType`, `resolvers` and `recordConstructMetadata` are those of a cdk8s app. */
export interface EnvironmentAppProps extends Omit<AppProps, 'outdir'> {
  /** What is true of the cluster; manifests are checked against it. */
  readonly cluster: Cluster;
  /**
   * Folder below which the folder of this environment is written.
   * @default - `CDK8S_OUTDIR`, which the cdk8s command sets, else `dist`
   */
  readonly outputRoot?: string;
  /**
   * Rules of your own, run beside the built-in ones.
   * @default - none
   */
  readonly rules?: readonly Rule[];
}

/** What a check has found, and all that is needed to write what was checked. */
export interface CheckedEnvironment {
  /** Every mistake; there is nothing to write while there is one. */
  readonly findings: readonly Finding[];
  /** Everything that is written. */
  readonly manifests: readonly Manifest[];
  /** What must be true before the first apply. */
  readonly prerequisites: readonly DeclaredPrerequisite[];
  /** Charts and objects in the order of apply, unless their dependencies form a circle. */
  readonly order?: ApplyOrder;
}

/**
 * One environment: a cdk8s app that checks all of its manifests together before it writes them to `<outputRoot>/<name>`.
 * Charts, constructs and ApiObjects of any origin may be added to it; all of them are checked.
 */
export class EnvironmentApp extends App {
  /** Name of the environment, and of its folder. */
  public readonly name: string;
  /** What is true of the cluster. */
  public readonly cluster: Cluster;
  private readonly rules: Set<Rule>;
  private readonly recordsMetadata: boolean;

  constructor(name: string, props: EnvironmentAppProps) {
    super({ ...props, outdir: join(props.outputRoot ?? process.env.CDK8S_OUTDIR ?? 'dist', name) });
    this.name = name;
    this.cluster = props.cluster;
    this.recordsMetadata = props.recordConstructMetadata ?? process.env.CDK8S_RECORD_CONSTRUCT_METADATA === 'true';
    this.rules = new Set([...CORE_RULES, ...props.rules ?? []]);
    check(this, FOLDER_NAME.test(name), () =>
      `The name of the environment is "${name}": it is the name of a folder that synth empties, so only letters, digits, "-", "_" and "." are allowed, a letter or digit first. Rename it.`);
    const { kubernetesVersion } = props.cluster;
    check(this, /^1\.\d+$/.test(kubernetesVersion) && Number(kubernetesVersion.slice(2)) >= OLDEST_MINOR, () =>
      `\`cluster.kubernetesVersion\` is ${kubernetesVersion}: what is written here needs 1.${OLDEST_MINOR} or newer. Upgrade the cluster, or correct the version.`);
    declarePrerequisite(this, { area: 'Cluster', what: `Kubernetes ${kubernetesVersion}`, commands: ['kubectl version'] });
  }

  /** The environment that `scope` is part of, or undefined in an app of another kind. */
  static find(scope: IConstruct): EnvironmentApp | undefined {
    const { root } = scope.node;
    return root instanceof EnvironmentApp ? root : undefined;
  }

  /** Adds a rule that a product brings along; adding it twice is the same as once. */
  addRule(rule: Rule): void {
    this.rules.add(rule);
  }

  /**
   * A chart that is written to `NN-name.k8s.yaml`. The number is the place in the order of `kubectl apply -f`; charts need no
   * dependencies on each other.
   * @param id for example `20-storage`
   */
  layer(id: `${number}-${string}`): Chart {
    return (this.node.tryFindChild(id) as Chart | undefined) ?? new Chart(this, id);
  }

  /**
   * Runs a part of the build. Should it throw, that counts as one more mistake of this environment, and what was built before is still
   * checked, so that one run shows everything that is wrong.
   */
  attempt(build: () => void): void {
    try {
      build();
    } catch (error) {
      reportProblem(this, messageOf(error));
    }
  }

  /** Every mistake of this environment: in single constructs, and between them. */
  findings(): Finding[] {
    return [...this.check().findings];
  }

  /** Makes every manifest, once, and checks all of them. */
  check(): CheckedEnvironment {
    const constructs = this.node.findAll();
    const ofConstructs = constructs.flatMap(construct => construct.node.validate().map(sentence => ({ path: construct.node.path, sentence })));
    const prerequisites = prerequisitesOf(constructs);
    const { manifests, unreadable } = manifestsOf(constructs);
    const model: Model = { manifests, cluster: this.cluster, existing: existingObjects(this.cluster, prerequisites) };
    const ofManifests = [...unreadable, ...[...this.rules].flatMap(rule => rule(model))];
    const { order, findings: ofOrder } = orderOf(constructs);
    const findings = [...ofConstructs, ...ofManifests, ...ofOrder, ...replacedFiles(prerequisites)];
    return {
      manifests, prerequisites, order,
      findings: findings.map(({ path, sentence }) => ({ path: path ? `${this.name}/${path}` : this.name, sentence })),
    };
  }

  /** What must be true before the first apply. */
  prerequisites(): DeclaredPrerequisite[] {
    return prerequisitesOf(this.node.findAll());
  }

  /**
   * Checks everything, then writes the manifests. Throws a ValidationError, and writes nothing, if there is a mistake.
   * @param checked the result of `check()`, where it is known already and nothing has changed since
   */
  override synth(checked: CheckedEnvironment = this.check()): void {
    const { findings, manifests, order, prerequisites } = checked;
    if (findings.length > 0 || !order) throw new ValidationError(findings);
    if (existsSync(this.outdir)) removeFolder(this.outdir);
    // What is not the usual layout is left to cdk8s.
    if (isPlainLayout(this, order) && !this.recordsMetadata) writeCharts(this, order, new Map(manifests.map(({ source, json }) => [source, json])));
    else super.synth();
    for (const { file } of prerequisites) {
      if (!file) continue;
      const path = join(this.outdir, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, emitYaml([file.manifest]));
    }
  }
}

/** Node's own `rmSync` loads code for this that takes as long as writing all files. */
function removeFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeFolder(path);
    else unlinkSync(path);
  }
  rmdirSync(folder);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the rules look at and what is written, and the objects that cannot be turned into a manifest, most often because of a JSON patch. */
function manifestsOf(constructs: readonly IConstruct[]): { manifests: Manifest[]; unreadable: Finding[] } {
  const unreadable: Finding[] = [];
  const manifests = constructs.filter(construct => construct instanceof ApiObject).flatMap((source): Manifest[] => {
    const path = source.node.path.replace(/\/(Resource|Default)$/, '');
    try {
      const json = source.toJson();
      const { apiVersion, kind, metadata: { name, namespace } } = json;
      return [{ path, apiVersion, kind, name, namespace, json, source }];
    } catch (error) {
      unreadable.push({ path, sentence: `No manifest can be made of ${source.kind} ${source.name}: ${messageOf(error)}. Correct the object or its JSON patches.` });
      return [];
    }
  });
  return { manifests, unreadable };
}

const existingObjects = (cluster: Cluster, prerequisites: readonly DeclaredPrerequisite[]): ObjectReference[] => [
  ...(cluster.existing ?? []).flatMap(object => (object.name === undefined ? [] : [{ ...object, name: object.name }])),
  ...prerequisites.flatMap(({ provides }) => provides ?? []),
];

function orderOf(constructs: readonly IConstruct[]): { order?: ApplyOrder; findings: Finding[] } {
  try {
    return { order: applyOrder(constructs), findings: [] };
  } catch (error) {
    return { findings: [{ path: '', sentence: `\`addDependency\` gives no order of apply: ${messageOf(error)}. Remove one of these dependencies.` }] };
  }
}

/** Files of prerequisites that another one would replace. */
function replacedFiles(prerequisites: readonly DeclaredPrerequisite[]): Finding[] {
  const written = new Map<string, string>();
  return prerequisites.flatMap(({ file, neededBy }) => {
    if (!file) return [];
    const content = JSON.stringify(file.manifest);
    const other = written.get(file.path) ?? content;
    written.set(file.path, other);
    return other === content ? [] : [{
      path: neededBy[0] ?? '',
      sentence: `The file ${file.path} of a prerequisite is already written by one with other content: it would be replaced. Give the two different names.`,
    }];
  });
}
