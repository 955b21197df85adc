import type { FileStat } from '@muster/tree';

/** Names a state of a file in one number: two equal ones are, but for one chance in 2^50, the same state. */
export const stampOf = ({ inode, size, mtimeNs, ctimeNs }: FileStat): number =>
  Number(BigInt.asUintN(52, (ctimeNs * 0x9e3779b97f4a7c15n) ^ (mtimeNs * 0x2545f4914f6cdd1dn) ^ (inode << 20n))) +
  (size & 0xff);

/** Of a file that is not there. */
export const absent = -1;

/** Whole ms since 1970. */
export const mtimeMsOf = ({ mtimeNs }: FileStat): number => Number(mtimeNs / 1_000_000n);
