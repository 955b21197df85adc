/** The system-call thread: answers each call in the order it came. Imports nothing but Node and its neighbours. */
import * as fs from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Call, Reply } from './calls.ts';
import { split, splitFiles, splitSteps } from './joined.ts';
import { codeOf, digest, list, openSafely, packedStat, read, realpath, stat } from './read-calls.ts';
import { stage, staged, unstage } from './stage-calls.ts';
import { sync } from './sync-calls.ts';
import { replace, steps } from './write-calls.ts';

const readers = new Map<number, number>();

function open(handle: number, path: string): BigInt64Array {
  const descriptor = fs.openSync(path, openSafely);
  const opened = fs.fstatSync(descriptor, { bigint: true });
  if (!opened.isFile()) {
    fs.closeSync(descriptor);
    throw Object.assign(new Error('not a file'), { code: 'NOT_A_FILE' });
  }
  readers.set(handle, descriptor);
  return packedStat(opened);
}

function pull(handle: number, maxBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(maxBytes);
  return bytes.subarray(0, fs.readSync(readers.get(handle)!, bytes, 0, maxBytes, null));
}

function close(handle: number): void {
  const descriptor = readers.get(handle);
  readers.delete(handle);
  if (descriptor !== undefined) fs.closeSync(descriptor);
}

function run(call: Call): unknown {
  switch (call.op) {
    case 'list':
      return list(call.directories);
    case 'stat':
      return stat(call.paths);
    case 'realpath':
      return realpath(call.paths);
    case 'digest':
      return digest(split(call.paths));
    case 'read':
      return read(split(call.paths), call.maxBytes);
    case 'replace':
      return replace(call.path, call.bytes, call.mode);
    case 'steps':
      return steps(splitSteps(call.steps));
    case 'sync':
      return sync(split(call.files), split(call.directories), call.few);
    case 'open':
      return open(call.handle, call.path);
    case 'pull':
      return pull(call.handle, call.maxBytes);
    case 'close':
      return close(call.handle);
    case 'stage':
      stage(call.handle, splitFiles(call.files), call.commands, call.bytes);
      // The buffer goes back to be filled again: fresh ones by the hundred make V8 collect amid the transfer.
      return call.bytes;
    case 'staged':
      return staged(call.handle);
    case 'unstage':
      return unstage(call.handle);
  }
}

const pathOf = (call: Call): string => ('path' in call ? call.path : call.op);

const viewsOf = (value: unknown): ArrayBufferView[] =>
  ArrayBuffer.isView(value)
    ? [value]
    : Object.values((value ?? {}) as object).filter((each): each is ArrayBufferView => ArrayBuffer.isView(each));

/** Buffers that are handed over rather than copied. */
function transfers(value: unknown): ArrayBuffer[] {
  const all = Array.isArray(value) ? value : [value];
  const buffers = new Set<ArrayBuffer>();
  for (const one of all) {
    for (const view of viewsOf(one)) if (view.buffer.byteLength > 0) buffers.add(view.buffer as ArrayBuffer);
  }
  return [...buffers];
}

parentPort?.on('message', ({ id, call }: { readonly id: number; readonly call: Call }) => {
  let reply: Reply;
  try {
    reply = { id, ok: true, value: run(call) };
  } catch (error) {
    const { syscall, stack } = error as NodeJS.ErrnoException;
    const code = codeOf(error);
    reply = {
      id,
      ok: false,
      code,
      path: pathOf(call),
      ...(syscall === undefined && code === 'UNKNOWN' && stack !== undefined ? { bug: stack } : {}),
    };
  }
  parentPort?.postMessage(reply, reply.ok ? transfers(reply.value) : []);
});
