import { ApiObject } from 'cdk8s';
import { type Json } from '../../../lib';
import { build, trident } from '../../support';


const PATH = '[test/20-layer/raw]';

/** What is said of a StorageClass that did not come from this library. */
const problemsOf = (fields: Json): string[] => build(layer => {
  trident(layer);
  new ApiObject(layer, 'raw', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'raw' }, provisioner: 'csi.trident.netapp.io', ...fields });
}).problems;

const KNOWN = 'backendType, media, provisioningType, region, zone, nasType, sanType, snapshots, clones, encryption, replication, IOPS, selector, storagePools, additionalStoragePools, excludeStoragePools, fsType';

describe('classes of Trident that others wrote', () => {
  test('a class that Trident understands passes', () => {
    expect(problemsOf({
      parameters: {
        backendType: 'ontap-nas', storagePools: 'nas:.*;fg-.*:aggr1,aggr2', excludeStoragePools: 'nas2:.*', 'trident.netapp.io/media': 'ssd', fsType: 'nfs',
        'csi.storage.k8s.io/provisioner-secret-name': 'x', selector: 'tier=gold; site == lab; room != one; zone in (a, b); rack notin (c); fast; !slow',
      },
      mountOptions: ['vers=4.1', 'nconnect=16'],
    })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  test('a class of another product is none of Trident\'s business', () => {
    expect(problemsOf({ provisioner: 'ebs.csi.aws.com', parameters: { type: 'gp3' }, mountOptions: ['rdma', 'nconnect=2'] })).toEqual([]);
  });

  test('the provisioner of before 2021 is refused; claims would stay pending', () => {
    expect(problemsOf({ provisioner: 'netapp.io/trident' })).toEqual([
      `${PATH} \`provisioner\` is netapp.io/trident: Trident serves only csi.trident.netapp.io, and claims of this class would stay pending. Use that.`,
    ]);
  });

  test.each(['storagePool', 'trident.netapp.io/svm', 'archiveOnDelete'])('the parameter %s, which Trident does not know, is refused; it would ignore the whole class', key => {
    const shown = key.replace('trident.netapp.io/', '');
    expect(problemsOf({ parameters: { [key]: 'x:y' } })).toEqual([`${PATH} \`parameters\` has "${shown}": Trident does not know it and would ignore the whole class. Use one of ${KNOWN}.`]);
  });

  test.each(['storagePools', 'additionalStoragePools', 'excludeStoragePools'])('%s without a colon is refused; the class would match every pool of every backend', key => {
    expect(problemsOf({ parameters: { [key]: 'nas:.*; fg;nas2:' } })).toEqual([
      `${PATH} \`parameters.${key}\` has "fg": without "backend:pool" Trident drops it and the class matches every pool. Write fg:.*`,
      `${PATH} \`parameters.${key}\` has "nas2:": without "backend:pool" Trident drops it and the class matches every pool. Write nas2:.*`,
    ]);
    expect(problemsOf({ parameters: { [`trident.netapp.io/${key}`]: 'fg' } })).toHaveLength(1);
  });

  test('a selector that Trident cannot read is refused; it would ignore the whole class', () => {
    expect(problemsOf({ parameters: { selector: 'tier=gold; netapp.io/tier=gold; a > b' } })).toEqual(['netapp.io/tier=gold', 'a > b'].map(term =>
      `${PATH} \`parameters.selector\` has "${term}": Trident cannot read it and would ignore the whole class. Write for example tier=gold; labels have only letters, digits, "_" and "-".`));
  });

  test.each([[['proto=rdma', 'nconnect=16']], [['rdma', 'nconnect=4']], [['vers=4.1,proto=rdma,nconnect=4']]])('RDMA with nconnect is refused; pods would not start (%p)', mountOptions => {
    expect(problemsOf({ mountOptions })).toEqual([
      `${PATH} \`mountOptions\` has proto=rdma and nconnect: the two cannot be combined, and pods would not start. Use max_connect with RDMA, or TCP.`,
    ]);
  });

  test('a FlexGroup class that is the default is refused; claims of a few gigabytes would hang', () => {
    const metadata = { name: 'raw', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
    const sentence = `${PATH} \`storageclass.kubernetes.io/is-default-class\` is true for a FlexGroup class: a FlexGroup has a large minimum size, and claims of a few gigabytes would hang. Make a FlexVol class the default.`;
    expect(problemsOf({ metadata, parameters: { backendType: 'ontap-nas-flexgroup' } })).toContain(sentence);
    expect(problemsOf({ metadata, parameters: { backendType: 'ontap-nas' } })).not.toContain(sentence);
    expect(problemsOf({ parameters: { backendType: 'ontap-nas-flexgroup' } })).toEqual([]);
  });

  test('all mistakes of one class are shown together; one would mend them run by run', () => {
    expect(problemsOf({ provisioner: 'netapp.io/trident', parameters: { storagePools: 'x', typo: '1' }, mountOptions: ['rdma', 'nconnect=2'] })).toHaveLength(4);
  });
});
