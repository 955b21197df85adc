import type { FileKind, FileStat, Stats } from './disk.ts';

/** 64-bit fields of a packed stat: device, inode, size, mtime ns, ctime ns, st_mode, uid, gid. */
export const statFields = 8;
const [device, inode, size, mtime, ctime, mode, uid, gid] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

const formatMask = 0o170000;
const formats: ReadonlyMap<number, FileKind> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
]);
/** A FIFO stands for every other kind: it is not told apart. */
const otherFormat = 0o010000;

/** The kind of file in an `st_mode`, as POSIX packs it. */
export const kindOf = (stMode: number): FileKind => formats.get(stMode & formatMask) ?? 'other';

const formatOf = (kind: FileKind): number =>
  [...formats].find(([, formatKind]) => formatKind === kind)?.[0] ?? otherFormat;

/** The stat at `index` of `packed`. */
export function unpackStat(packed: BigInt64Array, index: number): FileStat {
  const at = index * statFields;
  const stMode = Number(packed[at + mode]);
  return {
    kind: kindOf(stMode),
    device: packed[at + device]!,
    inode: packed[at + inode]!,
    size: Number(packed[at + size]),
    mtimeNs: packed[at + mtime]!,
    ctimeNs: packed[at + ctime]!,
    mode: stMode & 0o7777,
    uid: Number(packed[at + uid]),
    gid: Number(packed[at + gid]),
  };
}

/** Writes `stat` at `index` of `packed`. */
export function packStat(packed: BigInt64Array, index: number, stat: FileStat): void {
  const at = index * statFields;
  packed[at + device] = stat.device;
  packed[at + inode] = stat.inode;
  packed[at + size] = BigInt(stat.size);
  packed[at + mtime] = stat.mtimeNs;
  packed[at + ctime] = stat.ctimeNs;
  packed[at + mode] = BigInt(formatOf(stat.kind) | stat.mode);
  packed[at + uid] = BigInt(stat.uid);
  packed[at + gid] = BigInt(stat.gid);
}

/** The ctime at `index` of `packed`: no change leaves it as it was. */
export const changedNs = (packed: BigInt64Array, index: number): bigint => packed[index * statFields + ctime]!;

export const statsOf = (packed: BigInt64Array): Stats => ({ packed, at: (index) => unpackStat(packed, index) });

/** Fields that name a content: mode and owner do not. ctime grows with every change, also with those that keep the mtime. */
const identity = [device, inode, size, mtime, ctime] as const;

/** Whether two packed stats name the same content. */
export function sameContent(a: BigInt64Array, aIndex: number, b: BigInt64Array, bIndex: number): boolean {
  const [at, bt] = [aIndex * statFields, bIndex * statFields];
  return identity.every((field) => a[at + field] === b[bt + field]);
}

/** The same question, with one of the two not packed. */
export function isContentOf(stat: FileStat, packed: BigInt64Array, index: number): boolean {
  const at = index * statFields;
  return (
    packed[at + device] === stat.device &&
    packed[at + inode] === stat.inode &&
    packed[at + size] === BigInt(stat.size) &&
    packed[at + mtime] === stat.mtimeNs &&
    packed[at + ctime] === stat.ctimeNs
  );
}

export const bytesOf = (packed: BigInt64Array): Buffer =>
  Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);

export const packedKind = (packed: BigInt64Array, index: number): FileKind =>
  kindOf(Number(packed[index * statFields + mode]));
/** Nothing could be learned of it: its path is too long for the system. */
export const isUnstatted = (packed: BigInt64Array, index: number): boolean => packed[index * statFields + mode] === 0n;
export const packedMode = (packed: BigInt64Array, index: number): number =>
  Number(packed[index * statFields + mode]) & 0o7777;
export const packedSize = (packed: BigInt64Array, index: number): number => Number(packed[index * statFields + size]);
export const packedCtime = (packed: BigInt64Array, index: number): bigint => packed[index * statFields + ctime]!;
export const packedUid = (packed: BigInt64Array, index: number): number => Number(packed[index * statFields + uid]);
export const packedGid = (packed: BigInt64Array, index: number): number => Number(packed[index * statFields + gid]);
/** Device and inode: names a directory across scans. */
export const packedInode = (packed: BigInt64Array, index: number): string =>
  `${packed[index * statFields + device]}:${packed[index * statFields + inode]}`;

/** Whether something of `packed` lies on `wanted`. */
export function holdsDevice(packed: BigInt64Array, wanted: bigint): boolean {
  for (let at = 0; at < packed.length; at += statFields) if (packed[at + device] === wanted) return true;
  return false;
}
