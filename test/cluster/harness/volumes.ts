import { type Json } from '../../../lib';
import { type Kubectl } from './kubectl';

const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';

/** Stands in for the provisioners: makes a volume for every claim that the volume controller has handed to one. */
export async function provision(kubectl: Kubectl): Promise<void> {
  const made = new Set((await kubectl.list('persistentvolumes')).map(({ metadata }) => metadata.name as string));
  const claims = (await kubectl.list('persistentvolumeclaims')).filter(({ metadata, status }) => status.phase === 'Pending' && metadata.annotations?.[PROVISIONER] !== undefined);
  await kubectl.create(claims.map(volumeFor).filter(({ metadata }) => !made.has(metadata.name)));
}

const volumeFor = ({ metadata, spec }: Json): Json => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `pvc-${metadata.uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': metadata.annotations[PROVISIONER] } },
  spec: {
    storageClassName: spec.storageClassName,
    capacity: { storage: spec.resources.requests.storage },
    accessModes: spec.accessModes,
    volumeMode: spec.volumeMode,
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
    // Nothing is mounted here; an address of the documentation range.
    nfs: { server: '192.0.2.1', path: `/${metadata.name}` },
  },
});
