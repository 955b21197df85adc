/**
 * How many strings cross to a thread and back: as one. Cloning thousands of strings or small objects
 * costs more than the system calls that they are for.
 */
import type { DiskStep, Owner, StagedWrite } from '../disk.ts';

/** `count` strings joined by NUL, which no path holds. */
export interface Joined {
  readonly text: string;
  readonly count: number;
}

export const join = (all: readonly string[]): Joined => ({ text: all.join('\0'), count: all.length });

export function split({ text, count }: Joined): readonly string[] {
  if (count === 0) return [];
  const all = text.split('\0');
  if (all.length !== count) throw new Error('bug: a path with a NUL reached the disk');
  return all;
}

const uidOf = (owner: Owner | undefined): string => (owner === undefined ? '' : String(owner.uid));
const gidOf = (owner: Owner | undefined): string => (owner === undefined ? '' : String(owner.gid));
const withOwner = (uid: string, gid: string): { readonly owner?: Owner } =>
  uid === '' ? {} : { owner: { uid: Number(uid), gid: Number(gid) } };

function fieldsOf(step: DiskStep): readonly string[] {
  const within = step.within ?? '';
  switch (step.do) {
    case 'rename':
      return [step.do, step.from, step.to, '', '', within];
    case 'unlink':
    case 'remove-directory':
      return [step.do, step.path, '', '', '', within];
    case 'make-directory':
      return [step.do, step.path, String(step.mode), uidOf(step.owner), gidOf(step.owner), within];
    case 'chmod':
      return [step.do, step.path, String(step.mode), '', '', within];
    case 'chown':
      return [step.do, step.path, '', uidOf(step.owner), gidOf(step.owner), within];
    case 'set-mtime':
      return [step.do, step.path, String(step.mtimeMs), '', '', within];
  }
}

const stepFields = 6;

export const joinSteps = (steps: readonly DiskStep[]): Joined => join(steps.flatMap(fieldsOf));

export function splitSteps(joined: Joined): DiskStep[] {
  const all = split(joined);
  return Array.from({ length: all.length / stepFields }, (_, index) => {
    const at = index * stepFields;
    const within = all[at + 5]!;
    const step = stepOf(all[at] as DiskStep['do'], all[at + 1]!, all[at + 2]!, all[at + 3]!, all[at + 4]!);
    return within === '' ? step : { ...step, within };
  });
}

function stepOf(what: DiskStep['do'], path: string, second: string, uid: string, gid: string): DiskStep {
  switch (what) {
    case 'rename':
      return { do: what, from: path, to: second };
    case 'unlink':
    case 'remove-directory':
      return { do: what, path };
    case 'make-directory':
      return { do: what, path, mode: Number(second), ...withOwner(uid, gid) };
    case 'chmod':
      return { do: what, path, mode: Number(second) };
    case 'chown':
      return { do: what, path, owner: { uid: Number(uid), gid: Number(gid) } };
    case 'set-mtime':
      return { do: what, path, mtimeMs: Number(second) };
  }
}

const fileFields = 6;

export const joinFiles = (files: readonly StagedWrite[]): Joined =>
  join(
    files.flatMap(({ path, mode, size, owner, within = '' }) => [
      path,
      String(mode),
      String(size),
      uidOf(owner),
      gidOf(owner),
      within,
    ]),
  );

export function splitFiles(joined: Joined): StagedWrite[] {
  const all = split(joined);
  return Array.from({ length: all.length / fileFields }, (_, index) => {
    const at = index * fileFields;
    return {
      path: all[at]!,
      mode: Number(all[at + 1]),
      size: Number(all[at + 2]),
      ...withOwner(all[at + 3]!, all[at + 4]!),
      ...(all[at + 5] === '' ? {} : { within: all[at + 5]! }),
    };
  });
}
