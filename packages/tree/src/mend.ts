import { splitPath } from '@muster/protocol';
import type { DiskStep } from './disk.ts';
import { type Failure, failure } from './failure.ts';
import { entryOf } from './selection.ts';
import { type Site, takeSteps, withinOf } from './site.ts';

/** No longer the file that was meant. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'NOT_A_FILE']);

/** Sets owner and mode of `paths` (relative to R) to what the table says. What is gone, or a directory by now, needs none. */
export async function mend(site: Site, paths: readonly string[]): Promise<readonly Failure[]> {
  const { root, table, owner } = site;
  const steps = paths.flatMap((path): DiskStep[] => {
    const directory = splitPath(path)[0];
    const entry = entryOf(table, directory);
    if (entry === undefined) return [];
    const at = { path: `${root}/${path}`, ...withinOf(site, directory) };
    // A change of owner may take mode bits away, so the mode comes last.
    const given: DiskStep[] = owner === undefined ? [] : [{ do: 'chown', owner, ...at }];
    return [...given, { do: 'chmod', mode: entry.mode, ...at }];
  });
  return (await takeSteps(site, steps)).flatMap((outcome) =>
    outcome.ok || gone.has(outcome.failure.code)
      ? []
      : [failure(outcome.failure.path.slice(root.length + 1), outcome.failure.code)],
  );
}
