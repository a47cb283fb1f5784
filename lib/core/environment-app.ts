import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { type Cluster } from './cluster';
import { type Manifest, type Model, type Rule } from './model';
import { declarePrerequisite, type DeclaredPrerequisite, type ObjectReference, prerequisitesOf } from './prerequisites';
import { check, type Finding, reportProblem, ValidationError } from './problems';
import { CORE_RULES } from './rules';

/** First Kubernetes minor whose stable APIs have all that is written: Pod Security admission came last. */
const OLDEST_MINOR = 25;

export interface EnvironmentAppProps {
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

/**
 * One environment: a cdk8s app that checks all of its manifests together before it writes them to `<outputRoot>/<name>`.
 * Charts, constructs and ApiObjects of any origin may be added to it; all of them are checked.
 */
export class EnvironmentApp extends App {
  public readonly name: string;
  public readonly cluster: Cluster;
  private readonly rules: Set<Rule>;

  constructor(name: string, props: EnvironmentAppProps) {
    super({ outdir: join(props.outputRoot ?? process.env.CDK8S_OUTDIR ?? 'dist', name) });
    this.name = name;
    this.cluster = props.cluster;
    this.rules = new Set([...CORE_RULES, ...props.rules ?? []]);
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
      reportProblem(this, error instanceof Error ? error.message : String(error));
    }
  }

  /** Every mistake of this environment: in single constructs, and between them. */
  findings(): Finding[] {
    const place = (path: string) => (path ? `${this.name}/${path}` : this.name);
    const ofConstructs = this.node.findAll().flatMap(construct =>
      construct.node.validate().map(sentence => ({ path: place(construct.node.path), sentence })));
    const model = this.model();
    const ofRules = [...this.rules].flatMap(rule => rule(model)).map(({ path, sentence }) => ({ path: place(path), sentence }));
    return [...ofConstructs, ...ofRules];
  }

  /** What must be true before the first apply. */
  prerequisites(): DeclaredPrerequisite[] {
    return prerequisitesOf(this);
  }

  /** Checks everything, then writes the manifests. Throws a ValidationError, and writes nothing, if there is a mistake. */
  override synth(): void {
    const findings = this.findings();
    if (findings.length > 0) throw new ValidationError(findings);
    rmSync(this.outdir, { recursive: true, force: true });
    super.synth();
    for (const { file } of this.prerequisites()) {
      if (!file) continue;
      const path = join(this.outdir, file.path);
      mkdirSync(dirname(path), { recursive: true });
      Yaml.save(path, [file.manifest]);
    }
  }

  private model(): Model {
    const manifests = this.node.findAll().filter(construct => construct instanceof ApiObject).map((source): Manifest => {
      const json = source.toJson();
      return {
        path: source.node.path.replace(/\/(Resource|Default)$/, ''),
        apiVersion: json.apiVersion,
        kind: json.kind,
        name: json.metadata.name,
        namespace: json.metadata.namespace,
        json,
        source,
      };
    });
    const existing: ObjectReference[] = [
      ...(this.cluster.existing ?? []).flatMap(object => (object.name === undefined ? [] : [{ ...object, name: object.name }])),
      ...this.prerequisites().flatMap(({ provides }) => provides ?? []),
    ];
    return { manifests, cluster: this.cluster, existing };
  }
}
