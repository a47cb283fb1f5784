import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { selectorLabels } from '../core/labels';
import { addPostgresql, type InClusterDatabase } from '../services/postgresql';
import { addWebService } from '../services/web-exposure';
import { VolumeClaim } from '../storage/volume-claim';
import { checkMlflow } from './mlflow-checks';
import { declareMlflowNeeds } from './mlflow-prerequisites';
import { type ArtifactStore, type BasicAuth, type ExternalPostgresql, type MlflowWebOptions, type ServerOptions } from './options';
import { databaseOf, identityOf, type MlflowPlan, servicePort, trackingName } from './plan';
import { type TrackingServer } from './tracking';
import { addTrackingServer } from './tracking-server';
import { CONTAINER_PORT, DEFAULT_VERSION, DOCUMENTED_PORT, featuresOf, type MlflowVersion, officialImage } from './upstream';

export interface MlflowStackProps {
  /** Namespace of everything. */
  readonly namespace: string;
  /** Start of all names; at most 40 characters. @default mlflow */
  readonly name?: string;
  /** MLflow release; it decides options and settings. @default 3.17.2 */
  readonly version?: MlflowVersion;
  /**
   * Image of that release with psycopg2, boto3 for a bucket, and from 2.20 on Flask-WTF for basic auth.
   * @default - MLflow's own `-full` image, which there is from 3.9 on; before, it must be given
   */
  readonly image?: string;
  /** Where experiments, runs and models are recorded. */
  readonly database: InClusterDatabase | ExternalPostgresql;
  /** Where artifacts are kept. @default - a volume of 8Gi from the default class that several nodes may mount */
  readonly artifacts?: ArtifactStore;
  /** Who may use it. `none` lets everybody who reaches the port read, change and delete everything. */
  readonly auth: BasicAuth | 'none';
  /** How it is reached. @default - NodePort 30002 */
  readonly web?: MlflowWebOptions;
  /** The server. @default - one pod with four workers */
  readonly server?: ServerOptions;
  /** Further settings of MLflow as environment variables. Never a secret. @default - none */
  readonly config?: Readonly<Record<`MLFLOW_${string}`, string>>;
}

/**
 * An MLflow tracking server as plain manifests: the documents' deployment (chart 1.4.12) under its names, without Helm and without its images, which are gone.
 * Source: the documents' MLflow page; MLflow's own command line and documentation.
 */
export class MlflowStack extends Construct implements TrackingServer {
  /** Start of all names. */
  public readonly name: string;
  /** Address of the server inside the cluster, for `MLFLOW_TRACKING_URI`. */
  public readonly trackingUri: string;
  /** Namespace of the server's pods. */
  public readonly namespace: string;
  /** Labels of the server's pods, for NetworkPolicies of those who call it. */
  public readonly podLabels: Readonly<Record<string, string>>;
  /** Port of the server's pods, for NetworkPolicies: these see it, and not the port of the Service. */
  public readonly port = CONTAINER_PORT;
  /** Whether clients need a login. */
  public readonly requiresLogin: boolean;

  constructor(scope: Construct, id: string, props: MlflowStackProps) {
    super(scope, id);
    const version = props.version ?? DEFAULT_VERSION;
    const plan: MlflowPlan = {
      props,
      version,
      features: featuresOf(version),
      name: props.name ?? 'mlflow',
      namespace: props.namespace,
      image: props.image ?? officialImage(version),
      artifacts: props.artifacts ?? { kind: 'volume' },
      expose: props.web?.expose ?? { kind: 'node-port', port: DOCUMENTED_PORT },
      replicas: props.server?.replicas ?? 1,
      workers: props.server?.workers ?? 4,
      nodes: EnvironmentApp.find(this)?.cluster.nodes ?? [],
    };
    this.name = plan.name;
    this.namespace = plan.namespace;
    this.trackingUri = `http://${trackingName(plan)}.${plan.namespace}.svc:${servicePort(plan)}`;
    this.podLabels = selectorLabels(identityOf(plan, 'tracking'));
    this.requiresLogin = props.auth !== 'none';
    checkMlflow(this, plan);
    declareMlflowNeeds(this, plan);

    if (props.database.kind === 'in-cluster') this.addDatabase(plan, props.database);
    this.addArtifacts(plan);
    addTrackingServer(this, plan);
    addWebService(this, {
      identity: identityOf(plan, 'tracking'), selector: this.podLabels, namespace: plan.namespace, name: trackingName(plan), port: { name: 'http', port: servicePort(plan), targetPort: 'http' }, expose: plan.expose,
    });
  }

  private addDatabase(plan: MlflowPlan, options: InClusterDatabase): void {
    const { host, database, user } = databaseOf(plan);
    const identity = identityOf(plan, 'postgresql');
    addPostgresql(this, {
      identity, selector: selectorLabels(identity), namespace: plan.namespace, name: host, headlessName: `${host}-hl`, containerName: 'postgresql', user, database,
    }, options);
  }

  private addArtifacts({ artifacts, name, namespace }: MlflowPlan): void {
    if (artifacts.kind !== 'volume') return;
    const { storage, accessMode } = artifacts;
    new VolumeClaim(this, 'artifacts', { name: `${name}-artifacts`, namespace, size: storage?.size ?? '8Gi', storageClass: storage?.storageClass, accessMode });
  }
}
