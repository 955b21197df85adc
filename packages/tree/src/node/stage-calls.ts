/** Staging: files are created exclusively, filled and digested in a worker thread. */
import { createHash, type Hash, hash as hashOnce } from 'node:crypto';
import * as fs from 'node:fs';
import type { StagedWrite } from '../disk.ts';
import { digestBytes } from '../known.ts';
import { statFields } from '../packed.ts';
import { beginNext, type RawDigests } from './calls.ts';
import { type Confined, openConfined } from './confined.ts';
import { codeOf, packInto } from './read-calls.ts';

interface Writing {
  readonly file: StagedWrite;
  readonly descriptor: number;
  /** Of what was written so far: a file that comes in one piece is digested at once, without the state that several need. */
  digest: Hash | Buffer | undefined;
  written: number;
}

interface Stage {
  current: Writing | undefined;
  readonly paths: string[];
  readonly digests: Buffer[];
  readonly failures: Map<number, string>;
  readonly stats: fs.BigIntStats[];
  /** Looks at each directory once in a while, not for each file. */
  confined: Confined;
}

const stages = new Map<number, Stage>();
const createOnly = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;

const stageOf = (handle: number): Stage => {
  const known = stages.get(handle);
  if (known !== undefined) return known;
  const fresh: Stage = {
    current: undefined,
    paths: [],
    digests: [],
    failures: new Map(),
    stats: [],
    confined: openConfined(),
  };
  stages.set(handle, fresh);
  return fresh;
};

export function stage(
  handle: number,
  files: readonly StagedWrite[],
  commands: readonly number[],
  bytes: Uint8Array,
): void {
  const at = stageOf(handle);
  at.confined = openConfined();
  let offset = 0;
  let next = 0;
  for (const command of commands) {
    if (command === beginNext) begin(at, files[next++]!);
    else {
      write(at, bytes.subarray(offset, offset + command));
      offset += command;
    }
  }
}

function begin(stage: Stage, file: StagedWrite): void {
  endCurrent(stage);
  stage.paths.push(file.path);
  try {
    stage.confined(file.path, file.within);
    const descriptor = fs.openSync(file.path, createOnly, 0o600);
    stage.current = { file, descriptor, digest: undefined, written: 0 };
  } catch (error) {
    stage.failures.set(stage.paths.length - 1, codeOf(error));
  }
}

function write(stage: Stage, bytes: Uint8Array): void {
  const current = stage.current;
  if (current === undefined || bytes.length === 0) return;
  current.written += bytes.length;
  try {
    if (current.written > current.file.size) throw Object.assign(new Error('too long'), { code: 'SIZE_MISMATCH' });
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(current.descriptor, bytes, at, bytes.length - at);
    addTo(current, bytes);
  } catch (error) {
    giveUp(stage, current, codeOf(error));
  }
}

function addTo(current: Writing, bytes: Uint8Array): void {
  if (bytes.length === current.file.size) current.digest = hashOnce('blake2b512', bytes, 'buffer');
  else {
    current.digest ??= createHash('blake2b512');
    (current.digest as Hash).update(bytes);
  }
}

const digestOf = ({ digest }: Writing): Buffer => {
  if (digest === undefined) return hashOnce('blake2b512', '', 'buffer');
  return Buffer.isBuffer(digest) ? digest : digest.digest();
};

/** A failed file leaves nothing behind: a full disk is not to be filled by what cannot be used. */
function giveUp(stage: Stage, { file, descriptor }: Writing, code: string): void {
  stage.current = undefined;
  stage.failures.set(stage.paths.length - 1, code);
  fs.closeSync(descriptor);
  fs.rmSync(file.path, { force: true });
}

function endCurrent(stage: Stage): void {
  const current = stage.current;
  if (current === undefined) return;
  const { file, descriptor } = current;
  try {
    if (current.written !== file.size) throw Object.assign(new Error('too short'), { code: 'SIZE_MISMATCH' });
    if (file.owner !== undefined) fs.fchownSync(descriptor, file.owner.uid, file.owner.gid);
    fs.fchmodSync(descriptor, file.mode);
    const index = stage.paths.length - 1;
    stage.stats[index] = fs.fstatSync(descriptor, { bigint: true });
    stage.digests[index] = digestOf(current);
    stage.current = undefined;
    fs.closeSync(descriptor);
  } catch (error) {
    giveUp(stage, current, codeOf(error));
  }
}

/** Ends the last file and tells what became of each. */
export function staged(handle: number): RawDigests {
  const at = stageOf(handle);
  endCurrent(at);
  stages.delete(handle);
  const packed = new BigInt64Array(at.paths.length * statFields);
  at.stats.forEach((stat, index) => {
    packInto(packed, index, stat);
  });
  const digests = new Uint8Array(at.paths.length * digestBytes);
  at.digests.forEach((digest, index) => {
    digests.set(digest, index * digestBytes);
  });
  return { digests, packed, failures: at.failures };
}

export function unstage(handle: number): void {
  const at = stageOf(handle);
  stages.delete(handle);
  if (at.current !== undefined) giveUp(at, at.current, 'ABORTED');
  at.paths.forEach((path, index) => {
    if (!at.failures.has(index)) fs.rmSync(path, { force: true });
  });
}
