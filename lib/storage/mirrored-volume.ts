import { type Construct } from 'constructs';
import { type AccessMode } from '../core/cluster';
import { addObject } from '../core/manifest-object';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { type Capacity } from '../core/quantity';
import { FlexVolStorageClass } from './flexvol-storage-class';
import { VolumeClaim } from './volume-claim';

/** What a mirrored volume is made with. */
export interface MirroredVolumeProps {
  /** Name of the claim and of its TridentMirrorRelationship. */
  readonly name: string;
  /** Namespace of both. */
  readonly namespace: string;
  /** Size of the volume; not less than the source has. */
  readonly size: Capacity;
  /** Class of the copy. FlexGroups cannot be mirrored by Trident, so a FlexGroup class does not compile. */
  readonly storageClass: FlexVolStorageClass;
  /** The volume to copy, on a storage VM that is peered with this one. */
  readonly source: {
    /** Storage VM of the source. */
    readonly svm: string;
    /** Volume on it. */
    readonly volume: string;
  };
  /**
   * `established`: a read-only copy that is kept up to date. `promoted`: the relationship is broken and the copy writable.
   * `reestablished`: it is mirrored again, and changes made since are lost.
   * @default established
   */
  readonly state?: 'established' | 'promoted' | 'reestablished';
  /** ONTAP SnapMirror policy. @default - that of the backend */
  readonly replicationPolicy?: string;
  /** ONTAP schedule of the updates; not for a synchronous policy. @default - that of the backend */
  readonly replicationSchedule?: string;
  /** How many nodes may mount it, and how. @default ReadWriteMany */
  readonly accessMode?: AccessMode;
}

/** First release that has TridentMirrorRelationship. */
const MIRRORS_SINCE = '21.07';

/** A copy of a volume of another array, kept by SnapMirror. */
export class MirroredVolume extends VolumeClaim {
  constructor(scope: Construct, id: string, props: MirroredVolumeProps) {
    super(scope, id, {
      ...props, annotations: { 'trident.netapp.io/mirrorRelationship': props.name },
    }, { component: 'mirrored-claim', existingData: true });
    check(this, props.storageClass instanceof FlexVolStorageClass, () =>
      '`storageClass` makes FlexGroups: Trident mirrors FlexVols only. Use a FlexVol class, or replicate the FlexGroup on the array and import it.');
    for (const { version } of new Set(props.storageClass.backends.map(({ trident }) => trident).filter(trident => !trident.has(MIRRORS_SINCE)))) {
      check(this, false, () => `\`trident.version\` is ${version}: mirrored volumes need Trident ${MIRRORS_SINCE} or newer. Upgrade Trident, or mirror on the array.`);
    }
    for (const key of ['svm', 'volume'] as const) {
      check(this, /^[^:\s]+$/.test(props.source[key]), () =>
        `\`source.${key}\` is "${props.source[key]}": it is the name of ${key === 'svm' ? 'a storage VM' : 'a volume'}, without ":" and spaces. Correct it.`);
    }
    const { svm, volume } = props.source;
    addObject(this, 'Mirror', { name: 'trident', instance: props.name, component: 'mirror', partOf: 'storage' }, {
      apiVersion: 'trident.netapp.io/v1', kind: 'TridentMirrorRelationship',
      metadata: { name: props.name, namespace: props.namespace },
      spec: {
        state: props.state ?? 'established',
        replicationPolicy: props.replicationPolicy,
        replicationSchedule: props.replicationSchedule,
        volumeMappings: [{ localPVCName: props.name, remoteVolumeHandle: `${svm}:${volume}` }],
      },
    });
    declarePrerequisite(this, {
      area: 'Array',
      what: `Clusters peered, storage VM ${svm} peered with the one of class ${props.storageClass.className} for SnapMirror, and volume ${svm}:${volume} on the source`,
      commands: ['vserver peer show   # ONTAP command line'],
    });
  }
}
