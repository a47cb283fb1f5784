import { type AccessMode } from '../core/cluster';
import { type SecretKey } from '../core/secret-requirements';
import { type Resources, type VolumeOptions } from '../services/resources';
import { type WebExposure } from '../services/web-exposure';
import { type Claim } from '../storage/claim';

/** Where artifacts are kept: models, plots, files. Clients send them to the server, which stores them here; they need no access of their own. */
export type ArtifactStore =
  /** A new volume; the DataOps Toolkit can snapshot and clone it like any other. */
  | {
    readonly kind: 'volume';
    /** Size and class. @default - 8Gi from the default class */
    readonly storage?: VolumeOptions;
    /** With `ReadWriteOnce` there is one server, which stops before its successor starts. @default ReadWriteMany */
    readonly accessMode?: Extract<AccessMode, 'ReadWriteMany' | 'ReadWriteOnce'>;
  }
  /** A claim in the namespace of the server. */
  | { readonly kind: 'claim'; readonly claim: Claim; /** Folder in the volume. @default - its root */ readonly subPath?: string }
  /** A bucket, for example of ONTAP S3 or StorageGRID. */
  | S3Store;

/** A bucket, for example of ONTAP S3 or StorageGRID. */
export interface S3Store {
  /** A bucket. */
  readonly kind: 's3';
  /** Name of the bucket; it must exist. */
  readonly bucket: string;
  /** Folder in the bucket. @default - its root */
  readonly path?: string;
  /** Address of the S3 service, `https://host` or `https://host:port`. */
  readonly endpoint: string;
  /** Region that requests are signed for. @default us-east-1 */
  readonly region?: string;
  /** Access key. */
  readonly accessKey: SecretKey;
  /** Secret key. */
  readonly secretKey: SecretKey;
  /** Certificate of the authority that signed the service's certificate, as PEM. @default - one that the image trusts */
  readonly ca?: SecretKey;
}

/** A PostgreSQL that is run elsewhere. */
export interface ExternalPostgresql {
  /** Elsewhere. */
  readonly kind: 'external';
  /** Address. */
  readonly host: string;
  /** Port, 1-65535. @default 5432 */
  readonly port?: number;
  /** Database; it must exist. @default mlflow */
  readonly database?: string;
  /** User that owns it; with basic auth, it must own that database too, or be allowed to make it. @default mlflow */
  readonly user?: string;
  /** Password; any character may be in it. */
  readonly password: SecretKey;
  /** How the connection is protected. @default - as the server wants it, without checking who it is */
  readonly tls?:
    /** Encrypted, without checking who answers. */
    | { readonly mode: 'require' }
    /** Encrypted, with a certificate of `host` that `ca` has signed. */
    | { readonly mode: 'verify-full'; /** Certificate of the authority, as PEM. */ readonly ca: SecretKey };
}

/** Users with passwords, kept in a database of their own. */
export interface BasicAuth {
  /** Users with passwords. */
  readonly kind: 'basic-auth';
  /** First user, who may do everything. @default admin */
  readonly adminUsername?: string;
  /**
   * Password of that user, 12 characters or more. It is read when the user is made; change it later with MLflow's own API.
   */
  readonly adminPassword: SecretKey;
  /** Key of web sessions; any long random text. The releases from 2.20.2 on need it. */
  readonly flaskSecretKey: SecretKey;
  /** What users may do with what others have made. @default READ, which is also MLflow's */
  readonly defaultPermission?: 'READ' | 'EDIT' | 'MANAGE' | 'NO_PERMISSIONS';
  /** Database of the users; it must not be that of the experiments, and is made where it is missing. @default mlflow_auth */
  readonly database?: string;
}

/** The tracking server. */
export interface ServerOptions {
  /** Pods, 1 or more. @default 1 */
  readonly replicas?: number;
  /** Processes in each pod, 1 or more. @default 4 */
  readonly workers?: number;
  /** CPU and memory of each pod; 256Mi per worker or more, and from 3.5 on 512Mi beside. @default - 250m, 1Gi before 3.5 and 2Gi from it on */
  readonly resources?: Resources;
  /** Volume for files on their way to the artifact store, as large as all uploads at one time. @default - the node's disk */
  readonly uploads?: VolumeOptions;
  /**
   * Whether a database of an older release is brought to the state of the image. There is no way back: make a backup first.
   * @default false: such a database is refused; MLflow itself would change it without a word
   */
  readonly upgradeDatabase?: boolean;
}

/** How the server is reached. */
export interface MlflowWebOptions {
  /** How it is reached. @default - NodePort 30002, as documented */
  readonly expose?: WebExposure;
  /**
   * Further names and addresses that users type, as they stand in the Host header: `mlflow.example.com` or `10.0.0.1:30002`; `*` stands for any text. For
   * releases from 3.5 on, which refuse all others. Names of the Service, addresses and names of nodes, and the host of the Ingress are known.
   * @default - none
   */
  readonly allowedHosts?: readonly string[];
}
