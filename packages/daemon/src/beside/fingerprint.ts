/** Names a cluster's key without telling it. Pure. */
import { hkdfSync } from 'node:crypto';

/**
 * 16 hex digits: the same on all nodes of a cluster that have the same key, and nowhere else. HKDF under a label of
 * its own (the links' begin with `muster/1`), so that no bit of a key that is in use can be told from it.
 */
export const keyFingerprint = (key: string, cluster: string): string =>
  Buffer.from(hkdfSync('sha256', key, cluster, 'muster key fingerprint 1', 8)).toString('hex');
