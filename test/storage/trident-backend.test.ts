import { type Chart, Duration } from 'cdk8s';
import { type BackendOptions, type OntapCredentials, type TridentBackendProps } from '../../lib';
import { build, trident } from '../support';
import { CERTIFICATE, nas, needs, VM } from './storage-support';

const problemsOf = (props: Partial<TridentBackendProps>): string[] => build(layer => { nas(layer, props); }).problems;
const PATH = '[test/20-layer/nas]';

describe('what both kinds of backend share', () => {
  test('a password is in no manifest, whichever way one logs in', () => {
    const built = build(layer => {
      nas(layer, { name: 'a', credentials: { secret: 'login', username: 'admin', password: 'Netapp1!' } as OntapCredentials });
      nas(layer, { name: 'b', credentials: { secret: 'login', clientCertificate: CERTIFICATE, clientPrivateKey: 'Netapp1!' } as OntapCredentials });
    });
    expect(built.problems).toEqual([]);
    expect(JSON.stringify(built.manifests)).not.toMatch(/Netapp1!|admin|password|clientPrivateKey/);
    expect(built.one('TridentBackendConfig', 'a').spec.credentials).toEqual({ name: 'login' });
  });

  test('neither a password nor a private key compiles as a credential', () => {
    // @ts-expect-error a password belongs in the Secret
    const password: OntapCredentials = { secret: 'login', username: 'admin', password: 'x' };
    // @ts-expect-error a private key belongs in the Secret
    const key: OntapCredentials = { secret: 'login', clientCertificate: CERTIFICATE, clientPrivateKey: 'x' };
    // @ts-expect-error without a client certificate Trident does not look at it
    const trusted: OntapCredentials = { secret: 'login', trustedCaCertificate: CERTIFICATE };
    expect([password, key, trusted]).toHaveLength(3);
  });

  test('the Secret of a user has a user name and a password, and is a prerequisite; else the backend could never log in', () => {
    const built = build(layer => { nas(layer); });
    expect(built.app.prerequisites()).toContainEqual({
      area: 'Secrets',
      what: 'Secret trident/svm1-login with keys username, password: login of storage VM svm1; use an account of the storage VM, not of the cluster',
      commands: ['kubectl -n trident create secret generic svm1-login --from-file=username=./username --from-file=password=./password'],
      provides: [{ kind: 'Secret', namespace: 'trident', name: 'svm1-login' }],
      neededBy: ['20-layer/nas'],
    });
  });

  test('with a certificate the Secret has the private key, and the certificates are in the backend', () => {
    const built = build(layer => { nas(layer, { credentials: { secret: 'cert', clientCertificate: CERTIFICATE, trustedCaCertificate: CERTIFICATE } }); });
    expect(built.problems).toEqual([]);
    expect(built.one('TridentBackendConfig').spec).toMatchObject({ credentials: { name: 'cert' }, clientCertificate: CERTIFICATE, trustedCACertificate: CERTIFICATE });
    expect(needs(built, 'Secrets')).toEqual(['Secret trident/cert with key clientPrivateKey: login of storage VM svm1; use an account of the storage VM, not of the cluster']);
  });

  test.each(['clientCertificate', 'trustedCaCertificate'])('a private key, or plain text, given as %s is refused; it would be committed', key => {
    const privateKey = Buffer.from('-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\n').toString('base64');
    for (const value of [privateKey, '-----BEGIN CERTIFICATE-----']) {
      const credentials = { secret: 'cert', clientCertificate: CERTIFICATE, [key]: value } as OntapCredentials;
      expect(problemsOf({ credentials })).toContain(
        `${PATH} \`credentials.${key}\` is not a certificate in base64: Trident would refuse the backend, and a private key belongs in the Secret. Give what \`base64 -w0\` prints for the PEM file.`);
    }
  });

  test('what the array must have is a prerequisite, with the data LIF where one is given', () => {
    expect(needs(build(layer => { nas(layer); }), 'Array')).toEqual(['Storage VM svm1 with NFS enabled, reachable for Trident at 10.0.1.1']);
    expect(needs(build(layer => { nas(layer, { dataLif: '10.0.2.1' }); }), 'Array'))
      .toEqual(['Storage VM svm1 with NFS enabled, reachable for Trident at 10.0.1.1 and for the nodes at data LIF 10.0.2.1']);
  });

  test('IPv6 addresses are put in brackets; Trident does not find them otherwise', () => {
    const { spec } = build(layer => { nas(layer, { managementLif: 'fd00::1', dataLif: '[fd00::2]' }); }).one('TridentBackendConfig');
    expect(spec).toMatchObject({ managementLIF: '[fd00::1]', dataLIF: '[fd00::2]' });
  });

  test('an empty storage prefix is written; leaving it out would give Trident\'s own prefix', () => {
    const built = build(layer => { nas(layer, { storagePrefix: '' }); });
    expect(built.problems).toEqual([]);
    expect(built.one('TridentBackendConfig').spec.storagePrefix).toBe('');
  });

  test.each<[string, Partial<TridentBackendProps>, string]>([
    ['a name that matches other backends', { name: 'aipod.fg' }, '[test/20-layer/aipod.fg] `name` of the backend is "aipod.fg": StorageClasses match it as a regular expression, so it may have only a-z, 0-9 and "-". Rename it.'],
    ['an empty storage VM', { svm: ' ' }, `${PATH} \`svm\` is empty: a value is required. Give one, or leave the key out if it is optional.`],
    ['an impossible management LIF', { managementLif: '10.0.1.300' }, `${PATH} \`managementLif\` is "10.0.1.300": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.`],
    ['an impossible data LIF', { dataLif: 'iface 1' }, `${PATH} \`dataLif\` is "iface 1": not an IPv4 or IPv6 address, nor a DNS name. Give the address of the interface, for example 192.168.11.11.`],
    ['a storage prefix that ONTAP refuses', { storagePrefix: '1prod' }, `${PATH} \`storagePrefix\` is "1prod": it starts with a letter, "_", "." or "-" and goes on with these or digits. Write for example prod_.`],
    ['a network without prefix length', { autoExport: { cidrs: ['10.0.0.0'] } }, `${PATH} \`autoExport.cidrs\` has "10.0.0.0": not a network in CIDR notation. Write for example 10.61.218.0/24.`],
    ['a prefix length above 32', { autoExport: { cidrs: ['10.0.0.0/33'] } }, `${PATH} \`autoExport.cidrs\` has "10.0.0.0/33": not a network in CIDR notation. Write for example 10.61.218.0/24.`],
    ['no network at all', { autoExport: { cidrs: [] } }, `${PATH} \`autoExport.cidrs\` is empty: Trident would then export to every address. List the networks of the nodes.`],
    ['an export policy that is never used', { autoExport: { cidrs: ['10.0.0.0/8'] }, defaults: { exportPolicy: 'lab' } }, `${PATH} \`defaults.exportPolicy\` is lab together with \`autoExport\`: Trident would ignore it. Leave one of the two out.`],
    ['an export policy of a pool that is never used', { autoExport: { cidrs: ['fd00::/64'] }, pools: [{ labels: {}, defaults: { exportPolicy: 'lab' } }] }, `${PATH} \`pools[0].defaults.exportPolicy\` is lab together with \`autoExport\`: Trident would ignore it. Leave one of the two out.`],
    ['a label that no selector can name', { labels: { 'netapp.io/tier': 'gold' } }, `${PATH} \`labels\` has the key "netapp.io/tier": a selector can only name letters, digits, "_" and "-". Rename it.`],
    ['a label of a pool that no selector can name', { pools: [{ labels: { 'a.b': 'gold' } }] }, `${PATH} \`labels\` has the key "a.b": a selector can only name letters, digits, "_" and "-". Rename it.`],
    ['RDMA with nconnect', { nfsMountOptions: ['proto=rdma,nconnect=4'] }, `${PATH} \`nfsMountOptions\` has proto=rdma and nconnect: the two cannot be combined, and pods would not start. Use max_connect with RDMA, or TCP.`],
    ['a clone that is split at once', { cloneSplitDelay: Duration.seconds(0) }, `${PATH} \`cloneSplitDelay in seconds\` is 0: it must be a whole number of at least 1. Choose a value in that range.`],
    ['a delay of half a second', { cloneSplitDelay: Duration.millis(500) }, `${PATH} \`cloneSplitDelay in seconds\` is 0.5: it must be a whole number of at least 1. Choose a value in that range.`],
  ])('%s is refused', (_, props, sentence) => {
    expect(problemsOf(props)).toEqual([sentence]);
  });

  test.each<[keyof BackendOptions, Partial<TridentBackendProps>, '21.04' | '23.10', '21.07' | '24.02']>([
    ['useRest', { useRest: false }, '21.04', '21.07'],
    ['cloneSplitDelay', { cloneSplitDelay: Duration.hours(1) }, '23.10', '24.02'],
  ])('%s on a Trident that lacks it is refused; that Trident would not know the key', (key, props, before, since) => {
    const problems = (version: typeof before | typeof since) => build(layer => { nas(layer, { ...props, trident: tridentOfVersion(layer, version) }); }).problems;
    expect(problems(before)).toEqual([`${PATH} \`${key}\` needs Trident ${since} or newer: \`trident.version\` is ${before}. Upgrade Trident, or leave the key out.`]);
    expect(problems(since)).toEqual([]);
  });

  test('a backend belongs to a storage VM that is given in code, not to a name of one', () => {
    expect(() => build(layer => {
      // @ts-expect-error Trident is a construct, so that its namespace and version are known
      nas(layer, { ...VM, trident: 'trident' });
    })).toThrow();
  });
});

const tridentOfVersion = (layer: Chart, version: '21.04' | '21.07' | '23.10' | '24.02') => trident(layer, { version });
