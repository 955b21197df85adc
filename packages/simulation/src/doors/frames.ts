/** The framing of the cluster socket as a program has it (`reference/links.md` 1). */

export interface Frame {
  readonly command: string;
  readonly text: string;
}

const headerBytes = 20;

/** Counter, length, 12 bytes: the command, a blank, dashes. */
export function frameOf(counter: number, command: string, payload: string): Uint8Array {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(counter, 0);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, Buffer.from(`${command} `.padEnd(12, '-'), 'latin1'), body]);
}

/** What takes bytes as they come, and hands on each frame when it is whole. */
export function openFrames(frame: (frame: Frame) => void): (bytes: Uint8Array) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4);
      if (rest.length < end) return;
      const command = rest.toString('latin1', 8, headerBytes).split(' ')[0] ?? '';
      const text = rest.toString('utf8', headerBytes, end);
      rest = rest.subarray(end);
      frame({ command, text });
    }
  };
}
