import fc from 'fast-check';
import { type NfsMount, type RdmaMount, type TcpMount } from '../../lib';
import { build, type Built } from '../support';
import { flexVolClass, nas, needs } from './storage-support';

const withMount = (nfs: NfsMount): Built => build(layer => { flexVolClass(layer, { backends: [nas(layer)], nfs }); });
const optionsOf = (nfs: NfsMount): string[] => withMount(nfs).one('StorageClass').mountOptions;
const PATH = '[test/20-layer/vol-class]';

describe('NFS mounts of a class', () => {
  test('every key of a mount over TCP arrives; nodes would mount with other options', () => {
    const nfs: Required<TcpMount> = { transport: 'tcp', version: '4.2', nconnect: 8, transferSize: 65536, otherOptions: ['hard', 'timeo=600'] };
    expect(withMount(nfs).problems).toEqual([]);
    expect(optionsOf(nfs)).toEqual(['vers=4.2', 'nconnect=8', 'rsize=65536', 'wsize=65536', 'hard', 'timeo=600']);
  });

  test('every key of a mount over RDMA arrives; nodes would mount with other options', () => {
    const nfs: Required<RdmaMount> = { transport: 'rdma', version: '4.2', maxConnect: 8, transferSize: 65536, otherOptions: ['hard'] };
    expect(withMount(nfs).problems).toEqual([]);
    expect(optionsOf(nfs)).toEqual(['vers=4.2', 'proto=rdma', 'max_connect=8', 'rsize=65536', 'wsize=65536', 'hard']);
  });

  test('the defaults are those of the documents', () => {
    expect(optionsOf({})).toEqual(['vers=4.1', 'nconnect=16', 'rsize=262144', 'wsize=262144']);
    expect(optionsOf({ transport: 'rdma' })).toEqual(['vers=4.1', 'proto=rdma', 'max_connect=16', 'rsize=262144', 'wsize=262144']);
  });

  test('nconnect with RDMA does not compile and is refused; the kernel does not mount that', () => {
    // @ts-expect-error RDMA has max_connect
    const nfs: NfsMount = { transport: 'rdma', nconnect: 16 };
    expect(withMount(nfs).problems).toEqual([`${PATH} \`nfs.nconnect\` is given together with \`transport: rdma\`: the two cannot be combined. Use \`maxConnect\`, or TCP.`]);
  });

  test('max_connect over TCP does not compile; it would be left out', () => {
    // @ts-expect-error TCP has nconnect
    const nfs: NfsMount = { transport: 'tcp', maxConnect: 16 };
    expect(optionsOf(nfs)).not.toContain('max_connect=16');
  });

  test('a version that NFS does not have does not compile', () => {
    // @ts-expect-error not a version
    const nfs: NfsMount = { version: '5' };
    expect(nfs).toBeDefined();
  });

  test.each<[string, NfsMount, string]>([
    ['17 connections over TCP', { nconnect: 17 }, `${PATH} \`nfs.nconnect\` is 17: it must be a whole number from 1 to 16. Choose a value in that range.`],
    ['no connection over RDMA', { transport: 'rdma', maxConnect: 0 }, `${PATH} \`nfs.maxConnect\` is 0: it must be a whole number from 1 to 16. Choose a value in that range.`],
    ['RDMA with NFS 3', { transport: 'rdma', version: '3' }, `${PATH} \`nfs.version\` is 3: session trunking (max_connect) needs NFS 4.1 or newer. Use 4.1.`],
    ['RDMA with NFS 4.0', { transport: 'rdma', version: '4.0' }, `${PATH} \`nfs.version\` is 4.0: session trunking (max_connect) needs NFS 4.1 or newer. Use 4.1.`],
    ['a version given twice', { otherOptions: ['nfsvers=3'] }, `${PATH} \`nfs.otherOptions\` has "nfsvers=3": nfsvers follows from the typed keys of \`nfs\`. Set it there.`],
    ['an option that is hidden behind a comma', { otherOptions: ['hard, nconnect=4'] }, `${PATH} \`nfs.otherOptions\` has "nconnect=4": nconnect follows from the typed keys of \`nfs\`. Set it there.`],
    ['a transport given twice', { otherOptions: ['tcp'] }, `${PATH} \`nfs.otherOptions\` has "tcp": tcp follows from the typed keys of \`nfs\`. Set it there.`],
  ])('%s is refused; pods would not start', (_, nfs, sentence) => {
    expect(withMount(nfs).problems).toEqual([sentence]);
  });

  test('a transfer size is accepted exactly if it is a power of two from 4096 to 1048576; the kernel would take another one than was asked for', () => {
    const sizes = [4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576];
    fc.assert(fc.property(fc.oneof(fc.constantFrom(...sizes, 2048, 2097152), fc.integer({ min: -10, max: 2 ** 22 }), fc.double({ min: 1, max: 2 ** 21 })), transferSize => {
      const { problems } = withMount({ transferSize });
      expect(problems).toEqual(sizes.includes(transferSize) ? [] : [
        `${PATH} \`nfs.transferSize\` is ${transferSize}: it must be a power of two from 4096 to 1048576 bytes. Use 262144, as the documents do, or what the array allows.`,
      ]);
    }));
  });

  test('reads and writes have the size that the array is told to allow; else the larger of the two is cut', () => {
    fc.assert(fc.property(fc.integer({ min: 12, max: 20 }), power => {
      const built = withMount({ transferSize: 2 ** power });
      expect(built.one('StorageClass').mountOptions).toEqual(expect.arrayContaining([`rsize=${2 ** power}`, `wsize=${2 ** power}`]));
      expect(needs(built, 'Array')).toContain(`NFS maximum transfer size of storage VM svm1 is at least ${2 ** power} bytes`);
    }));
  });

  test('what TCP needs of array and nodes is a prerequisite', () => {
    const built = withMount({});
    expect(built.app.prerequisites().find(({ what }) => what.startsWith('NFS maximum'))?.commands)
      .toEqual(['vserver nfs modify -vserver svm1 -tcp-max-xfer-size 262144   # ONTAP command line, privilege level advanced']);
    expect(needs(built, 'Nodes')).toEqual(['Linux 5.3 or newer with an NFS client that knows nconnect']);
    expect(needs(built, 'Network')).toEqual([]);
  });

  test('what RDMA needs of array, network and nodes is a prerequisite; a mount over RDMA fails where one is missing', () => {
    const built = withMount({ transport: 'rdma' });
    expect(needs(built, 'Array')).toContain('NFS over RDMA and session trunking enabled on storage VM svm1; its data LIFs on RDMA-capable ports of one node (ONTAP 9.14.1 or newer)');
    expect(needs(built, 'Network')).toEqual(['RoCE network between nodes and data LIFs, port 20049 open']);
    expect(needs(built, 'Nodes')).toEqual(['rdma-core and the xprtrdma kernel module on every node that mounts over RDMA']);
  });

  test('each storage VM of a class has its own prerequisites; one that is forgotten does not mount', () => {
    const built = build(layer => { flexVolClass(layer, { backends: [nas(layer), nas(layer, { name: 'nas2', svm: 'svm2' }), nas(layer, { name: 'nas3' })], nfs: {} }); });
    expect(needs(built, 'Array').filter(what => what.startsWith('NFS maximum'))).toEqual([
      'NFS maximum transfer size of storage VM svm1 is at least 262144 bytes', 'NFS maximum transfer size of storage VM svm2 is at least 262144 bytes',
    ]);
  });
});
