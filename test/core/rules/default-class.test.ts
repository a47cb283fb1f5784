import { type ApiObjectProps } from 'cdk8s';
import { type ExistingStorageClass } from '../../../lib';
import { CLUSTER } from '../../support';
import { problemsOf } from '../objects';

const storageClass = (name: string, isDefault?: 'true' | 'false'): ApiObjectProps => ({
  apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'csi.trident.netapp.io',
  metadata: { name, annotations: isDefault && { 'storageclass.kubernetes.io/is-default-class': isDefault } },
});
const existing = (...classes: Omit<ExistingStorageClass, 'kind' | 'accessModes'>[]) =>
  ({ cluster: { ...CLUSTER, existing: classes.map(fields => ({ kind: 'StorageClass' as const, accessModes: [], ...fields })) } });

test('no default class is refused; otherwise claims without a class stay pending', () => {
  const sentence = '[test] No StorageClass is the default: claims that name no class stay pending, and products that provision from it do not install. '
    + 'Set `isDefaultClass: true` on one FlexVol class, or declare the cluster\'s own in `cluster.existing` with `isDefault: true`.';
  expect(problemsOf({}, existing())).toEqual([sentence]);
  expect(problemsOf({ one: storageClass('one'), two: storageClass('two', 'false') }, existing({ name: 'other' }, { name: 'third', isDefault: false }))).toEqual([sentence]);
});

test('two default classes are refused at each of them; otherwise their age decides where data goes', () => {
  expect(problemsOf({ one: storageClass('one', 'true'), two: storageClass('two', 'true') }, existing())).toEqual([
    '[test/20-layer/one] `isDefaultClass` is true for 2 classes (one, two): exactly one may be the default. Keep it on one of them.',
    '[test/20-layer/two] `isDefaultClass` is true for 2 classes (one, two): exactly one may be the default. Keep it on one of them.',
  ]);
});

test('a default class beside the one that the cluster has is refused', () => {
  expect(problemsOf({ one: storageClass('one', 'true') }, existing({ isDefault: true }))).toEqual([
    '[test/20-layer/one] `isDefaultClass` is true for 2 classes (one, the cluster\'s own): exactly one may be the default. Keep it on one of them.',
  ]);
});

test('two existing default classes are a mistake in the cluster facts', () => {
  expect(problemsOf({}, existing({ name: 'a', isDefault: true }, { name: 'b', isDefault: true }))).toEqual([
    '[test] `isDefaultClass` is true for 2 classes (a, b): exactly one may be the default. Keep it on one of them.',
  ]);
});

test('one default class is accepted, made or existing', () => {
  expect(problemsOf({ one: storageClass('one', 'true'), two: storageClass('two') }, existing({ name: 'other' }))).toEqual([]);
  expect(problemsOf({ two: storageClass('two', 'false') }, existing({ isDefault: true }))).toEqual([]);
});
