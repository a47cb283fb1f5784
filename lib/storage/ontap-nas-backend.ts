import { type Construct } from 'constructs';
import { check } from '../core/problems';
import { type Capacity, parseQuantity } from '../core/quantity';
import { OPTION_SINCE } from './backend-options';
import { TridentBackend, type TridentBackendProps } from './trident-backend';
import { checkTridentSize } from './volume-defaults';

/** SnapMirror settings of new volumes. */
export interface ReplicationOptions {
  /** ONTAP SnapMirror policy. */
  readonly policy: string;
  /** ONTAP schedule; not for a synchronous policy. @default - none */
  readonly schedule?: string;
}

/** Options of the `ontap-nas` driver that FlexGroups do not have: Trident ignores them there. */
export interface OntapNasOptions {
  /** Aggregate that volumes are made on. @default - any that is assigned to the storage VM */
  readonly aggregate?: string;
  /** Largest volume that a claim may ask for. @default - no limit */
  readonly limitVolumeSize?: Capacity;
  /** Percent of an aggregate that may be in use before volumes are refused, 1-100. @default - no limit */
  readonly limitAggregateUsage?: number;
  /** SnapMirror settings of volumes that are mirrored; Trident 21.07. @default - none */
  readonly replication?: ReplicationOptions;
}

export interface OntapNasBackendProps extends TridentBackendProps, OntapNasOptions {}

/** A Trident backend whose volumes are FlexVols: for results, databases and applications. */
export class OntapNasBackend extends TridentBackend {
  /** Trident's name of the driver. */
  public readonly driver = 'ontap-nas';

  constructor(scope: Construct, id: string, props: OntapNasBackendProps) {
    const { aggregate, limitVolumeSize, limitAggregateUsage, replication } = props;
    super(scope, id, 'ontap-nas', props, {
      aggregate,
      limitVolumeSize,
      limitAggregateUsage: limitAggregateUsage === undefined ? undefined : `${limitAggregateUsage}%`,
      replicationPolicy: replication?.policy,
      replicationSchedule: replication?.schedule,
    });
    check(this, limitAggregateUsage === undefined || (limitAggregateUsage >= 1 && limitAggregateUsage <= 100 && Number.isInteger(limitAggregateUsage)), () =>
      `\`limitAggregateUsage\` is ${limitAggregateUsage}: it is a whole percentage from 1 to 100. Write for example 80.`);
    check(this, limitVolumeSize === undefined || (parseQuantity(limitVolumeSize) ?? 0) > 0, () =>
      `\`limitVolumeSize\` is ${limitVolumeSize}: not a size. Write for example 1Ti.`);
    checkTridentSize(this, 'limitVolumeSize', limitVolumeSize);
    this.trident.requireVersion(this, 'replication', replication, OPTION_SINCE.replication);
  }
}
