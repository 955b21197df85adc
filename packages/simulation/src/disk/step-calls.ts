/** Batches of steps, taken one by one: after each the process may be dead, and others may have come in. */
import type { DiskStep, Owner, StepOutcome } from '@muster/tree';
import type { Calls } from './calls.ts';
import { type Meta, setMeta } from './changes.ts';
import { type Confined, openConfined } from './confined.ts';
import type { Operation } from './file-system.ts';
import { statOf } from './inode.ts';
import { followed, inodeAt } from './paths.ts';
import { makeDirectory, type Ready, removeDirectory, rename, taken, unlink } from './system-calls.ts';

/** Taken from the mode of what is made, until it is set again. */
const umask = 0o022;

export function stepCalls(calls: Calls): (steps: readonly DiskStep[]) => Promise<readonly StepOutcome[]> {
  return (steps) =>
    steps.length === 0
      ? Promise.resolve([])
      : calls.call('disk steps', steps.length, async () => {
          const confined = openConfined(calls.volume);
          const outcomes: StepOutcome[] = [];
          for (const step of steps) {
            const taken = takeStep(calls, confined, step);
            outcomes.push(outcomeOf(calls, step, taken instanceof Promise ? await taken : taken));
            const others = calls.between();
            if (others !== undefined) await others;
          }
          return outcomes;
        });
}

/** Their outcome tells the stat of the file. */
const leavesFile: ReadonlySet<DiskStep['do']> = new Set(['chmod', 'chown', 'set-mtime']);

function outcomeOf(calls: Calls, step: DiskStep, code: string | undefined): StepOutcome {
  if (code !== undefined) return { ok: false, failure: { code, path: 'path' in step ? step.path : step.to } };
  const left = step.do === 'rename' ? step.to : leavesFile.has(step.do) && 'path' in step ? step.path : undefined;
  const inode = left === undefined ? 'ENOENT' : inodeAt(calls.volume, left);
  return typeof inode === 'string' ? { ok: true } : { ok: true, stat: statOf(inode) };
}

type Code = string | undefined;

function takeStep(calls: Calls, confined: Confined, step: DiskStep): Code | Promise<Code> {
  const { volume } = calls;
  const strayed = strayedOf(confined, step);
  if (strayed !== undefined) return strayed;
  switch (step.do) {
    case 'rename':
      return renameFile(calls, step.from, step.to);
    case 'unlink':
      return attempt(calls, 'unlink', 'unlink', step.path, unlink(volume, step.path, 'node'));
    case 'make-directory':
      return makeDirectories(calls, step.path, step.mode, step.owner);
    case 'remove-directory':
      return attempt(calls, 'remove-directory', 'unlink', step.path, removeDirectory(volume, step.path, 'node'));
    case 'chmod':
      return onFile(calls, 'chmod', step.path, { mode: step.mode });
    case 'chown':
      return onFile(calls, 'chown', step.path, step.owner);
    case 'set-mtime':
      return onFile(calls, 'set-mtime', step.path, { mtimeNs: BigInt(step.mtimeMs) * 1_000_000n });
  }
}

/** Missing directories are made from the top, so those that are there are looked at first. */
function strayedOf(confined: Confined, step: DiskStep): Code {
  if (step.do === 'rename') return confined(step.from, step.within) ?? confined(step.to, step.within);
  const code = confined(step.path, step.within);
  return step.do === 'make-directory' && code === 'ENOENT' ? undefined : code;
}

/** An elementary effect, unless the system or a fault refuses it: then it is none. */
export function attempt(calls: Calls, what: string, operation: Operation, path: string, ready: Ready): Code {
  if (typeof ready === 'string') return ready;
  const code = calls.refusal(operation, path);
  if (code !== undefined) return code;
  calls.effect(what);
  ready();
  return undefined;
}

/** A directory is never carried along. */
export function renameFile(calls: Calls, from: string, to: string): Code {
  const source = inodeAt(calls.volume, from);
  if (typeof source === 'string') return source;
  if (source.kind === 'directory') return 'EISDIR';
  const ready = rename(calls.volume, from, to, 'node');
  return calls.refusal('rename', from) ?? attempt(calls, 'rename', 'rename', to, ready);
}

function onFile(calls: Calls, what: 'chmod' | 'chown' | 'set-mtime', path: string, meta: Meta): Code {
  const { volume } = calls;
  const found = taken(volume, path);
  if (typeof found === 'string') return found;
  if (found.inode.kind !== 'file') return found.inode.kind === 'symlink' ? 'ELOOP' : 'NOT_A_FILE';
  return attempt(calls, what, 'chmod', path, () => setMeta(volume, found.place, found.inode, meta, 'node'));
}

/** Missing parents too. The mode is set again, for the umask took from it. */
async function makeDirectories(calls: Calls, path: string, mode: number, owner: Owner | undefined): Promise<Code> {
  const { volume } = calls;
  let code = makeOne(calls, path, mode);
  if (code === 'EEXIST') {
    const inode = inodeAt(volume, path);
    if (typeof inode !== 'string' && inode.kind === 'directory') return undefined;
  }
  if (code === 'ENOENT') {
    code = await makeDirectories(calls, path.slice(0, path.lastIndexOf('/')), mode, owner);
    code ??= makeOne(calls, path, mode);
  }
  if (code !== undefined) return code;
  await calls.between();
  return setOn(calls, 'chmod', path, { mode }) ?? (owner && setOn(calls, 'chown', path, owner));
}

function makeOne(calls: Calls, path: string, mode: number): Code {
  const { volume } = calls;
  const { freeBytes } = volume.faults;
  const ready = makeDirectory(volume, path, mode & ~umask, 'node');
  const isFull = typeof ready !== 'string' && freeBytes !== undefined && freeBytes <= 0;
  return attempt(calls, 'make-directory', 'mkdir', path, isFull ? 'ENOSPC' : ready);
}

/** Follows a symlink that came in between, as chmod(2) and chown(2) do. */
function setOn(calls: Calls, what: 'chmod' | 'chown', path: string, meta: { mode: number } | Owner): Code {
  const found = followed(calls.volume, path);
  if (typeof found === 'string') return found;
  return attempt(calls, what, 'chmod', path, () => setMeta(calls.volume, found.place, found.inode, meta, 'node'));
}
