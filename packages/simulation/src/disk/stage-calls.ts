/** Staging: bytes are collected into pieces, as the real stager does; each piece is a call, each part of it an effect. */
import type { Staged, StagedWrite, Stager } from '@muster/tree';
import { type Calls, openLane } from './calls.ts';
import { createFile, setMeta, wholeOf } from './changes.ts';
import { type Confined, openConfined } from './confined.ts';
import { digestOf } from './content.ts';
import { type File, type Place, statOf } from './inode.ts';
import { fillIn } from './space.ts';
import { attempt } from './step-calls.ts';
import { freePlace, unlink } from './system-calls.ts';

/** As of the real stager. */
const pieceBytes = 1024 * 1024;
const pieceCommands = 2_000;
/** Pieces on their way before the writer must wait: 4 MiB. */
const inFlight = 4;

type Command = { readonly begin: StagedWrite } | { readonly write: Uint8Array };

interface Current {
  readonly file: StagedWrite;
  readonly place: Place;
  readonly inode: File;
  written: number;
}

interface Stage {
  current: Current | undefined;
  /** Of the files that were begun on the disk, in order. */
  readonly outcomes: (Staged | undefined)[];
}

/** `ended` is called once. */
export function openStager(calls: Calls, ended: () => void): Stager {
  const lane = openLane();
  const stage: Stage = { current: undefined, outcomes: [] };
  let commands: Command[] = [];
  let used = 0;
  let open = true;
  const pending = new Set<Promise<void>>();
  const end = (): boolean => {
    if (!open) return false;
    open = false;
    ended();
    return true;
  };
  const flush = (): void => {
    if (commands.length === 0) return;
    const batch = commands;
    [commands, used] = [[], 0];
    const sent = lane(() => calls.call('disk stage', batch.length, () => obey(calls, stage, batch)));
    pending.add(sent);
    void sent.then(() => pending.delete(sent));
  };
  const take = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) {
      const part = new Uint8Array(bytes.subarray(at, at + pieceBytes - used));
      commands.push({ write: part });
      used += part.length;
      at += part.length;
      if (used === pieceBytes) flush();
    }
  };
  return {
    begin: (file) => {
      if (commands.push({ begin: file }) >= pieceCommands) flush();
    },
    write: async (bytes) => {
      take(bytes);
      while (pending.size >= inFlight) await Promise.race(pending);
    },
    finish: async () => {
      flush();
      const staged = await lane(() => calls.call('disk staged', 0, () => endAll(calls, stage)));
      end();
      return staged;
    },
    abort: async () => {
      if (end()) await lane(() => calls.call('disk unstage', stage.outcomes.length, () => undo(calls, stage)));
    },
  };
}

async function obey(calls: Calls, stage: Stage, commands: readonly Command[]): Promise<void> {
  const confined = openConfined(calls.volume);
  for (const command of commands) {
    if ('begin' in command) {
      endCurrent(calls, stage);
      begin(calls, stage, command.begin, confined);
    } else write(calls, stage, command.write);
    const others = calls.between();
    if (others !== undefined) await others;
  }
}

const failed = ({ path }: StagedWrite, code: string): Staged => ({ ok: false, path, failure: { code, path } });

function begin(calls: Calls, stage: Stage, file: StagedWrite, confined: Confined): void {
  const code = confined(file.path, file.within) ?? create(calls, stage, file);
  stage.outcomes.push(code === undefined ? undefined : failed(file, code));
}

function create(calls: Calls, stage: Stage, file: StagedWrite): string | undefined {
  const { volume } = calls;
  const place = freePlace(volume, file.path);
  if (typeof place === 'string') return place;
  return attempt(calls, 'create', 'write', file.path, () => {
    stage.current = { file, place, inode: createFile(volume, place, 0o600, 'node'), written: 0 };
  });
}

function write(calls: Calls, stage: Stage, bytes: Uint8Array): void {
  const { current } = stage;
  if (current === undefined) return;
  const { file, place, inode } = current;
  current.written += bytes.length;
  if (current.written > file.size) return giveUp(calls, stage, current, 'SIZE_MISMATCH');
  let full: string | undefined;
  const code = attempt(calls, 'write', 'write', file.path, () => {
    full = fillIn(calls.volume, place, inode, bytes, 'node');
  });
  const failure = code ?? full;
  if (failure !== undefined) giveUp(calls, stage, current, failure);
}

/** A failed file leaves nothing behind. */
function giveUp(calls: Calls, stage: Stage, { file }: Current, code: string): void {
  stage.current = undefined;
  stage.outcomes[stage.outcomes.length - 1] = failed(file, code);
  remove(calls, file.path);
}

/** Not kept from it by any fault: what cannot be removed is the next start's. */
function remove(calls: Calls, path: string): void {
  const ready = unlink(calls.volume, path, 'node');
  if (typeof ready === 'string') return;
  calls.effect('unlink');
  ready();
}

function endCurrent(calls: Calls, stage: Stage): void {
  const { current } = stage;
  if (current === undefined) return;
  const { file, inode } = current;
  const code = current.written !== file.size ? 'SIZE_MISMATCH' : giveModeAndOwner(calls, current);
  if (code !== undefined) return giveUp(calls, stage, current, code);
  const digest = digestOf(wholeOf(calls.volume, inode));
  stage.outcomes[stage.outcomes.length - 1] = { ok: true, path: file.path, digest, stat: statOf(inode) };
  stage.current = undefined;
}

function giveModeAndOwner(calls: Calls, { file, place, inode }: Current): string | undefined {
  const set = (what: 'chmod' | 'chown', meta: Parameters<typeof setMeta>[3]): string | undefined =>
    attempt(calls, what, 'chmod', file.path, () => setMeta(calls.volume, place, inode, meta, 'node'));
  const { owner, mode } = file;
  return (owner && set('chown', { uid: owner.uid, gid: owner.gid })) ?? set('chmod', { mode });
}

/** They are the caller's from now on: no abort removes them. */
function endAll(calls: Calls, stage: Stage): readonly Staged[] {
  endCurrent(calls, stage);
  return stage.outcomes.splice(0).map((outcome) => outcome!);
}

async function undo(calls: Calls, stage: Stage): Promise<void> {
  if (stage.current !== undefined) giveUp(calls, stage, stage.current, 'ABORTED');
  for (const outcome of stage.outcomes) {
    if (outcome?.ok !== true) continue;
    remove(calls, outcome.path);
    await calls.between();
  }
}
