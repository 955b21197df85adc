/** Paths of actors that are written short. Pure. */
import { nearest } from './nearest.ts';

export type Found = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly text: string };

/** Candidates that a fault names; more are counted. */
const named = 8;

/**
 * The actor that `written` means: a whole path; else the one path that ends in it after `/` or `:` (`worker1` is
 * `/links/node:worker1`); else the one that ends in it at all. `whole` false: there are more actors than `paths`
 * names, and a path that begins with `/` is left for the node to judge.
 */
export function findPath(written: string, paths: readonly string[], whole = true): Found {
  if (paths.includes(written)) return { ok: true, path: written };
  for (const ends of [endsInName, endsIn]) {
    const found = paths.filter((path) => ends(path, written));
    if (found.length === 1) return { ok: true, path: found[0]! };
    if (found.length > 1) return { ok: false, text: `"${written}" may be ${listed(found)}. Write more of it.` };
  }
  if (!whole && written.startsWith('/')) return { ok: true, path: written };
  const short = paths.flatMap(namesOf);
  const near = nearest(written, [...new Set([...short, ...paths])]);
  const hint = near === undefined ? 'tree lists them.' : `Is it ${near}?`;
  return { ok: false, text: `There is no actor "${written}" here. ${hint}` };
}

/** The names by which `path` may be meant: its last part, and what stands there behind `:`. */
export function namesOf(path: string): readonly string[] {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const colon = last.lastIndexOf(':');
  return [last, ...(colon < 0 ? [] : [last.slice(colon + 1)])].filter((name) => name !== '');
}

const endsIn = (path: string, written: string): boolean => written !== '' && path.endsWith(written);
const endsInName = (path: string, written: string): boolean => {
  if (written.startsWith('/')) return endsIn(path, written);
  return written !== '' && (endsIn(path, `/${written}`) || endsIn(path, `:${written}`));
};

function listed(paths: readonly string[]): string {
  const first = paths.slice(0, named).join(', ');
  return paths.length > named ? `${first}, or one of ${paths.length - named} more` : first;
}
