import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { encodeFrame, type Frame, maxPayload, openFrameReader, pieceBytes } from '../src/index.ts';
import { bytesOfFrame, framesIn } from '../src/testing/index.ts';

/** All frames, and the fault that ended it. */
function readAll(chunks: readonly Uint8Array[]) {
  const reader = openFrameReader();
  const frames: Frame[] = [];
  let fault: string | undefined;
  let most = 0;
  for (const chunk of chunks) {
    reader.push(chunk);
    most = Math.max(most, reader.held());
    for (let found = reader.next(); found.type !== 'more'; found = reader.next()) {
      if (found.type === 'fault') {
        fault = found.fault.text;
        break;
      }
      frames.push(found.frame);
    }
  }
  return { frames, fault, most, midFrame: reader.midFrame() };
}

const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};
const shown = ({ counter, command, payload }: Frame) => [counter, command, Buffer.from(payload).toString('hex')];
const command = fc.stringMatching(/^[!-~]{1,11}$/);
const message = fc.record({
  counter: fc.nat(2 ** 32 - 1),
  command,
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe('the reader of frames', () => {
  it('finds the same frames however the bytes are cut', () => {
    void fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat()), (messages, places) => {
        const bytes = Buffer.concat(messages.map((each) => bytesOfFrame(each.counter, each.command, each.payload)));
        const { frames, fault, midFrame } = readAll(cutAt(bytes, places));
        expect(frames.map(shown)).toEqual(messages.map(shown));
        expect([fault, midFrame]).toEqual([undefined, false]);
      }),
    );
  });

  it('finds two frames at every single cut, and byte by byte', () => {
    const bytes = Buffer.concat([
      bytesOfFrame(7, 'get_nodes', '{}'),
      bytesOfFrame(8, 'control_res', ''),
      bytesOfFrame(9, 'e'),
    ]);
    const wanted = [
      [7, 'get_nodes', '7b7d'],
      [8, 'control_res', ''],
      [9, 'e', ''],
    ];
    for (let at = 0; at <= bytes.length; at++)
      expect(readAll([bytes.subarray(0, at), bytes.subarray(at)]).frames.map(shown)).toEqual(wanted);
    expect(readAll([...bytes].map((byte) => Uint8Array.of(byte))).frames.map(shown)).toEqual(wanted);
  });

  it('says what is no frame, at its header, and takes nothing after it', () => {
    const bad: readonly [string, Buffer][] = [
      ['no blank', Buffer.from('get_nodes---')],
      ['no command', Buffer.from(' -----------')],
      ['no dashes', Buffer.from('get_nodes xx')],
      ['zeros', Buffer.alloc(12)],
      ['not ASCII', Buffer.from('é --------', 'latin1').subarray(0, 12)],
      ['text', Buffer.from('GET / HTTP/1')],
    ];
    for (const [, field] of bad) {
      const head = Buffer.concat([Buffer.from([0, 0, 0, 5, 0, 0, 0, 3]), Buffer.alloc(12, field)]);
      const { frames, fault } = readAll([head, bytesOfFrame(1, 'echo', 'x')]);
      expect(frames).toEqual([]);
      expect(fault).toContain('no frame');
    }
  });

  it('takes 1,000,000 bytes, and refuses one more by its header alone', () => {
    const most = bytesOfFrame(1, 'echo', Buffer.alloc(maxPayload, 1));
    expect(readAll([most]).frames[0]?.payload.length).toBe(maxPayload);
    const head = Buffer.from(bytesOfFrame(1, 'echo'));
    head.writeUInt32BE(maxPayload + 1, 4);
    expect(readAll([head]).fault).toContain('1000001 bytes');
  });

  it('refuses messages in pieces', () => {
    const head = Buffer.from(bytesOfFrame(1, 'echo', 'abc'));
    head.write('d', 19);
    expect(readAll([head]).fault).toContain('pieces');
  });

  it('holds what came, and twice that at most, whatever length is claimed', () => {
    void fc.assert(
      fc.property(fc.integer({ min: 1, max: maxPayload }), fc.integer({ min: 0, max: 20_000 }), (claimed, sent) => {
        const head = Buffer.from(bytesOfFrame(1, 'echo'));
        head.writeUInt32BE(claimed, 4);
        const { most } = readAll([head, Buffer.alloc(sent % claimed)]);
        expect(most).toBeLessThanOrEqual(2 * sent + 2_048);
      }),
    );
  });

  it('is harmed by nothing that comes', () => {
    void fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const all = chunks.reduce((sum, { length }) => sum + length, 0);
        expect(readAll(chunks).most).toBeLessThanOrEqual(2 * all + 2_048);
      }),
    );
  });
});

describe('the writer of frames', () => {
  it('writes the bytes of the reference', () => {
    const bytes = (frame: Frame): string => Buffer.concat(encodeFrame(frame)).toString('latin1');
    const payload = Buffer.from('xy');
    expect(bytes({ counter: 0x01020304, command: 'err', payload })).toBe('\x01\x02\x03\x04\0\0\0\x02err --------xy');
    expect(bytes({ counter: 0, command: 'control_res', payload })).toBe('\0\0\0\0\0\0\0\x02control_res xy');
    expect(bytes({ counter: 1, command: 'ok', payload: Buffer.alloc(0) })).toBe('\0\0\0\x01\0\0\0\0ok ---------');
  });

  it('is understood by the reader', () => {
    void fc.assert(
      fc.property(message, (given) => {
        expect(readAll(encodeFrame(given)).frames.map(shown)).toEqual([shown(given)]);
      }),
    );
  });

  it('cuts a payload of more than 5,242,880 bytes into pieces, of which all but the last are marked', () => {
    const payload = Buffer.alloc(2 * pieceBytes + 1, 7);
    const { frames } = framesIn(Buffer.concat(encodeFrame({ counter: 9, command: 'ok', payload })));
    expect(frames.map(({ counter, field, payload: { length } }) => [counter, field, length])).toEqual([
      [9, 'ok --------d', pieceBytes],
      [9, 'ok --------d', pieceBytes],
      [9, 'ok ---------', 1],
    ]);
  });
});
