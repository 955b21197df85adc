/** Adapter: a program that speaks as `reference/links.md` 6 says, by the byte, and knows nothing of the code that it tests. */
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';

export interface Heard {
  readonly counter: number;
  readonly command: string;
  readonly payload: Buffer;
  /** The 12 bytes as they came. */
  readonly field: string;
}

/** Counter, length, 12 bytes: the command, a blank, dashes. */
export function bytesOfFrame(counter: number, command: string, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload as string);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(counter, 0);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, Buffer.from(`${command} `.padEnd(12, '-'), 'latin1'), body]);
}

/** Takes whole frames from the front of `bytes`. */
export function framesIn(bytes: Buffer): { readonly frames: readonly Heard[]; readonly rest: Buffer } {
  const frames: Heard[] = [];
  let at = 0;
  while (bytes.length - at >= 20 && bytes.length - at - 20 >= bytes.readUInt32BE(at + 4)) {
    const end = at + 20 + bytes.readUInt32BE(at + 4);
    const field = bytes.toString('latin1', at + 8, at + 20);
    frames.push({
      counter: bytes.readUInt32BE(at),
      command: field.split(' ')[0] ?? '',
      payload: bytes.subarray(at + 20, end),
      field,
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

export interface RawClient {
  readonly socket: Socket;
  write(bytes: Uint8Array): void;
  /** The next frame that was not taken yet. Rejects when the connection closes before. */
  next(): Promise<Heard>;
  closed(): Promise<void>;
  isClosed(): boolean;
  end(): void;
}

/** Connects; rejects when nobody listens. */
export function rawClient(path: string): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const heard: Heard[] = [];
    const wanting: { readonly take: (frame: Heard) => void; readonly fail: (error: Error) => void }[] = [];
    let rest: Buffer = Buffer.alloc(0);
    let over = false;
    const closed = new Promise<void>((done) => {
      socket.once('close', () => {
        over = true;
        for (const { fail } of wanting.splice(0)) fail(new Error('the connection closed'));
        done();
      });
    });
    socket.on('data', (bytes: Buffer) => {
      const found = framesIn(Buffer.concat([rest, bytes]));
      rest = found.rest;
      for (const frame of found.frames) {
        const first = wanting.shift();
        if (first === undefined) heard.push(frame);
        else first.take(frame);
      }
    });
    socket.on('error', reject);
    socket.once('connect', () =>
      resolve({
        socket,
        write: (bytes) => void socket.write(bytes),
        next: () =>
          new Promise((take, fail) => {
            const first = heard.shift();
            if (first !== undefined) take(first);
            else if (over) fail(new Error('the connection closed'));
            else wanting.push({ take, fail });
          }),
        closed: () => closed,
        isClosed: () => over,
        end: () => void socket.destroy(),
      }),
    );
  });
}

/** What is in an `err`, as programs of the manager decode it. */
export function exceptionIn(payload: Uint8Array): Readonly<Record<string, unknown>> & { readonly code: number } {
  const { __wazuh_exception__: found } = JSON.parse(Buffer.from(payload).toString()) as {
    readonly __wazuh_exception__: { readonly __class__: string; readonly __object__: { readonly code: number } };
  };
  return { class: found.__class__, ...found.__object__ };
}
