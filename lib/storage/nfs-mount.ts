import { type Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';

/** Largest transfer that ONTAP allows over NFS on TCP once it is raised, in bytes; the documents' value. */
export const DOCUMENTED_TRANSFER_SIZE = 262144;

interface NfsMountBase {
  /** NFS version. @default 4.1 */
  readonly version?: '3' | '4.0' | '4.1' | '4.2';
  /**
   * Bytes per read and per write request (`rsize`, `wsize`): a power of two from 4096 to 1048576. The array's maximum transfer size must
   * be at least that.
   * @default 262144
   */
  readonly transferSize?: number;
  /** Further mount options, as `mount.nfs` takes them. @default - none */
  readonly otherOptions?: readonly string[];
}

/** NFS over TCP, with several connections to one data LIF. */
export interface TcpMount extends NfsMountBase {
  /** TCP, which is also what is meant where nothing is said. */
  readonly transport?: 'tcp';
  /** TCP connections per mount (`nconnect`), 1-16. @default 16 */
  readonly nconnect?: number;
}

/** NFS over RDMA. There is no `nconnect`: the kernel does not combine the two. */
export interface RdmaMount extends NfsMountBase {
  /** RDMA. */
  readonly transport: 'rdma';
  /** Connections to different data LIFs of the same server (`max_connect`, session trunking), 1-16. @default 16 */
  readonly maxConnect?: number;
}

/**
 * How nodes mount the volumes of a class. Trident passes the options on unread: a wrong one shows only when a pod does not start.
 * Source: nfs(5); the documents' classes.
 */
export type NfsMount = TcpMount | RdmaMount;

/** Mount options of a StorageClass, in the documents' order. */
export function renderNfsMount(mount: NfsMount): string[] {
  const connections = mount.transport === 'rdma'
    ? ['proto=rdma', `max_connect=${mount.maxConnect ?? 16}`]
    : [`nconnect=${mount.nconnect ?? 16}`];
  const size = mount.transferSize ?? DOCUMENTED_TRANSFER_SIZE;
  return [`vers=${mount.version ?? '4.1'}`, ...connections, `rsize=${size}`, `wsize=${size}`, ...(mount.otherOptions ?? [])];
}

/** Checks a mount and declares what it expects of the array and the nodes. */
export function checkNfsMount(scope: Construct, mount: NfsMount): void {
  const size = mount.transferSize ?? DOCUMENTED_TRANSFER_SIZE;
  check(scope, Number.isInteger(Math.log2(size)) && size >= 4096 && size <= 1048576, () =>
    `\`nfs.transferSize\` is ${size}: it must be a power of two from 4096 to 1048576 bytes. Use 262144, as the documents do, or what the array allows.`);
  if (mount.transport === 'rdma') {
    checkInteger(scope, 'nfs.maxConnect', mount.maxConnect, 1, 16);
    check(scope, !('nconnect' in mount), () =>
      '`nfs.nconnect` is given together with `transport: rdma`: the two cannot be combined. Use `maxConnect`, or TCP.');
    check(scope, mount.version !== '3' && mount.version !== '4.0', () =>
      `\`nfs.version\` is ${mount.version}: session trunking (max_connect) needs NFS 4.1 or newer. Use 4.1.`);
  } else {
    checkInteger(scope, 'nfs.nconnect', mount.nconnect, 1, 16);
  }
  for (const option of splitOptions(mount.otherOptions ?? [])) {
    const owned = /^(vers|nfsvers|minorversion|proto|tcp|udp|rdma|nconnect|max_connect|rsize|wsize)(=|$)/.exec(option)?.[1];
    check(scope, owned === undefined, () =>
      `\`nfs.otherOptions\` has "${option}": ${owned} follows from the typed keys of \`nfs\`. Set it there.`);
  }
}

/** Options one by one: `mount.nfs` also takes several in one text, with commas between them. */
const splitOptions = (options: readonly string[]): string[] => options.flatMap(option => option.split(',')).map(option => option.trim());

/** Whether raw mount options ask for RDMA and for `nconnect` together: the kernel refuses that. */
export function combinesRdmaWithNconnect(options: readonly string[]): boolean {
  const single = splitOptions(options);
  return single.some(option => /^(proto=)?rdma6?$/.test(option)) && single.some(option => option.startsWith('nconnect='));
}

/** Declares what a mount expects; `svm` names the storage VM in the sentences. */
export function declareNfsNeeds(scope: Construct, svm: string, mount: NfsMount): void {
  const size = mount.transferSize ?? DOCUMENTED_TRANSFER_SIZE;
  declarePrerequisite(scope, {
    area: 'Array',
    what: `NFS maximum transfer size of storage VM ${svm} is at least ${size} bytes`,
    commands: [`vserver nfs modify -vserver ${svm} -tcp-max-xfer-size ${size}   # ONTAP command line, privilege level advanced`],
  });
  if (mount.transport !== 'rdma') {
    declarePrerequisite(scope, { area: 'Nodes', what: 'Linux 5.3 or newer with an NFS client that knows nconnect' });
    return;
  }
  declarePrerequisite(scope, {
    area: 'Array',
    what: `NFS over RDMA and session trunking enabled on storage VM ${svm}; its data LIFs on RDMA-capable ports of one node (ONTAP 9.14.1 or newer)`,
    commands: [`vserver nfs modify -vserver ${svm} -rdma enabled -v4.1-trunking enabled   # ONTAP command line`],
  });
  declarePrerequisite(scope, { area: 'Network', what: 'RoCE network between nodes and data LIFs, port 20049 open' });
  declarePrerequisite(scope, { area: 'Nodes', what: 'rdma-core and the xprtrdma kernel module on every node that mounts over RDMA', commands: ['modprobe xprtrdma && lsmod | grep xprtrdma   # on the node'] });
}
