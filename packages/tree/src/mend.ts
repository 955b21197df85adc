import { splitPath } from '@muster/protocol';
import type { DiskStep } from './disk.ts';
import { type Failure, failure } from './failure.ts';
import { pieceItems } from './pieces.ts';
import { entryOf } from './selection.ts';
import { type Site, takeSteps, withinOf } from './site.ts';

/** No longer the file that was meant. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'NOT_A_FILE']);

/** Sets owner and mode of `paths` (relative to R) to what the table says. What is gone, or a directory by now, needs none. */
export async function mend(site: Site, paths: readonly string[]): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (let at = 0; at < paths.length; at += pieceItems) {
    const steps = paths.slice(at, at + pieceItems).flatMap((path) => stepsFor(site, path));
    for (const outcome of await takeSteps(site, steps)) {
      if (outcome.ok || gone.has(outcome.failure.code)) continue;
      failures.push(failure(outcome.failure.path.slice(site.root.length + 1), outcome.failure.code));
    }
  }
  return failures;
}

function stepsFor(site: Site, path: string): DiskStep[] {
  const directory = splitPath(path)[0];
  const entry = entryOf(site.table, directory);
  if (entry === undefined) return [];
  const at = { path: `${site.root}/${path}`, ...withinOf(site, directory) };
  // A change of owner may take mode bits away, so the mode comes last.
  const given: DiskStep[] = site.owner === undefined ? [] : [{ do: 'chown', owner: site.owner, ...at }];
  return [...given, { do: 'chmod', mode: entry.mode, ...at }];
}
