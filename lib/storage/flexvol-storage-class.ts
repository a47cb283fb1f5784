import { type Construct } from 'constructs';
import { type OntapNasBackend } from './ontap-nas-backend';
import { type StorageClassProps, TridentStorageClass } from './storage-class';

export interface FlexVolStorageClassProps extends StorageClassProps<OntapNasBackend> {
  /**
   * Whether claims that name no class get this one. Airflow, Kubeflow, JupyterHub and MLflow provision from the default class.
   * @default false
   */
  readonly isDefaultClass?: boolean;
}

/** A StorageClass whose volumes are FlexVols, for results, databases and applications. */
export class FlexVolStorageClass extends TridentStorageClass<OntapNasBackend> {
  /** Volumes of this class are FlexVols. */
  public readonly volumeKind = 'FlexVol';
  /** Whether this is the default class of the cluster. */
  public readonly isDefaultClass: boolean;

  constructor(scope: Construct, id: string, props: FlexVolStorageClassProps) {
    const isDefaultClass = props.isDefaultClass ?? false;
    super(scope, id, props, {
      driver: 'ontap-nas',
      annotations: isDefaultClass ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : undefined,
    });
    this.isDefaultClass = isDefaultClass;
  }
}
