import { type Json } from '../../../lib';
import { type BuiltEnvironment } from '../harness/built';
import { type ControlPlane } from '../harness/control-plane';
import { nameOf, untilPods } from '../harness/pods';

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Exactly one default class, which claims without a class get. */
export async function oneDefaultClass({ kubectl }: ControlPlane, built: BuiltEnvironment): Promise<number> {
  const classes = (await kubectl.list('storageclasses')).filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
  if (classes.length !== 1) throw new Error(`There are ${classes.length} default classes: ${classes.map(({ metadata }) => metadata.name).join(', ')}`);
  const without = new Set(built.ofKind('PersistentVolumeClaim').filter(({ json }) => json.spec.storageClassName === undefined).map(({ json }) => nameOf(json)));
  const claims = (await kubectl.list('persistentvolumeclaims')).filter(claim => without.has(nameOf(claim)));
  const elsewhere = claims.filter(({ spec }) => spec.storageClassName !== classes[0]!.metadata.name);
  if (elsewhere.length > 0) throw new Error(`Not of the default class: ${elsewhere.map(nameOf).join(', ')}`);
  return 1 + claims.length;
}

/** A claim that no class serves: it must stay, or the check of the others proves nothing. */
const UNSERVED: Json = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'unserved', namespace: 'default' },
  spec: { storageClassName: 'no-such-class', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

/** Every claim is bound, those of StatefulSets and of imported volumes included. */
export async function everyClaimBinds(plane: ControlPlane): Promise<number> {
  await plane.kubectl.create([UNSERVED]);
  let claims: Json[] = [];
  await untilPods(plane, 'every claim is bound', async () => {
    claims = (await plane.kubectl.list('persistentvolumeclaims')).filter(claim => nameOf(claim) !== 'default/unserved');
    const waiting = claims.filter(({ status }) => status.phase !== 'Bound');
    return waiting.length === 0 || `Not bound: ${waiting.map(claim => `${nameOf(claim)} of class ${claim.spec.storageClassName}`).join(', ')}`;
  });
  const phase = await plane.kubectl.run(['get', 'pvc', 'unserved', '-n', 'default', '-o', 'jsonpath={.status.phase}']);
  if (phase !== 'Pending') throw new Error(`A claim of a class that does not exist is ${phase}`);
  await plane.kubectl.run(['delete', 'pvc', 'unserved', '-n', 'default']);
  return claims.length;
}
