/** Where a symlink may lead: what the scan reads through, the content reader serves, and nothing else. */
import { type Exclusions, isSafePath, selects, type TableEntry } from './selection.ts';

/**
 * Whether `target` (absolute, real) is what the entry itself would synchronise; `base` is where its
 * directory really lies. So a symlink cannot make `etc/client.keys` of `etc/ossec.conf`.
 */
export function leadsInside(
  base: string,
  target: string,
  entry: Pick<TableEntry, 'recursive' | 'files'>,
  exclusions: Exclusions,
): boolean {
  if (!target.startsWith(`${base}/`)) return false;
  const relative = target.slice(base.length + 1);
  const name = relative.slice(relative.lastIndexOf('/') + 1);
  return isSafePath(relative) && (entry.recursive || name === relative) && selects(entry, name, exclusions);
}
