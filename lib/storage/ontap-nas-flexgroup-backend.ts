import { type Construct } from 'constructs';
import { check } from '../core/problems';
import { OPTION_SINCE } from './backend-options';
import { TridentBackend, type TridentBackendProps } from './trident-backend';

/** Where the constituents of a FlexGroup are put: ONTAP balances them, or they go on the aggregates you name. */
export type FlexGroupPlacement =
  /** Four constituents on each of these aggregates; Trident 23.01. */
  | { readonly aggregates: readonly string[]; readonly balanced?: never }
  /** ONTAP's balanced placement; Trident 26.06 and a recent ONTAP. */
  | { readonly balanced: true; readonly aggregates?: never };

/** Options of the `ontap-nas-flexgroup` driver. */
export interface OntapNasFlexGroupOptions {
  /** Where constituents are put. @default - ONTAP decides */
  readonly placement?: FlexGroupPlacement;
}

export interface OntapNasFlexGroupBackendProps extends TridentBackendProps, OntapNasFlexGroupOptions {}

/** A Trident backend whose volumes are FlexGroups: for training data, up to 20 PB and 400 billion files. */
export class OntapNasFlexGroupBackend extends TridentBackend {
  /** Trident's name of the driver. */
  public readonly driver = 'ontap-nas-flexgroup';

  constructor(scope: Construct, id: string, props: OntapNasFlexGroupBackendProps) {
    const { placement } = props;
    const aggregates = placement?.aggregates && [...placement.aggregates];
    const balanced = placement?.balanced;
    super(scope, id, 'ontap-nas-flexgroup', props, {
      flexgroupAggregateList: aggregates,
      useBalancedPlacement: balanced && 'true',
    });
    check(this, aggregates === undefined || aggregates.length > 0, () =>
      '`placement.aggregates` is empty: there would be nothing to put constituents on. Name aggregates of the storage VM, or leave `placement` out.');
    this.trident.requireVersion(this, 'placement.aggregates', aggregates, OPTION_SINCE.flexGroupAggregates);
    this.trident.requireVersion(this, 'placement.balanced', balanced, OPTION_SINCE.balancedPlacement);
  }
}
