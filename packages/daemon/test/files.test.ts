import { directoryNode, type FileTree, fileTree } from '@muster/protocol';
import fc from 'fast-check';
import { inTurn } from '../src/files/in-turn.ts';
import { fetchManifest, nextTurnOf, sendManifest } from '../src/files/manifest-stream.ts';
import { once } from '../src/files/once.ts';

const never = new AbortController().signal;
const nextTurn = nextTurnOf({ defer: (run) => void setImmediate(run) });

describe('work done in turn', () => {
  it('runs one at a time, in the order of the calls, whatever becomes of each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ turns: fc.nat(3), fails: fc.boolean() }), { maxLength: 8 }),
        async (calls) => {
          const seen: string[] = [];
          const work = inTurn(async (index: number) => {
            seen.push(`begin ${index}`);
            for (let turn = 0; turn < calls[index]!.turns; turn++) await new Promise(setImmediate);
            seen.push(`end ${index}`);
            if (calls[index]!.fails) throw new Error(`${index}`);
            return index;
          });
          const outcomes = await Promise.allSettled(calls.map((_, index) => work(index)));
          expect(seen).toEqual(calls.flatMap((_, index) => [`begin ${index}`, `end ${index}`]));
          expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(calls.map(({ fails }) => fails));
        },
      ),
    );
  });
});

describe('work done once', () => {
  it('is not done again after a success, nor twice at once', async () => {
    let runs = 0;
    const work = once(async () => void runs++);
    await Promise.all([work(), work()]);
    await work();
    expect(runs).toBe(1);
  });

  it('is done again after a failure, which all that waited are told', async () => {
    let runs = 0;
    const work = once(async () => {
      runs += 1;
      if (runs === 1) throw new Error('not yet');
    });
    const both = await Promise.allSettled([work(), work()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await work();
    expect(runs).toBe(2);
  });
});

const treeWith = (files: number): FileTree => {
  const rows = Array.from(
    { length: files },
    (_, index) => [`${index}.xml`, { size: index, digest: 'ab'.repeat(64) }] as const,
  );
  return fileTree(new Map([['etc/rules', directoryNode(new Map(rows))]]));
};

describe('a manifest on its way', () => {
  const tree = treeWith(300);
  const id = { epoch: 1, generation: 2 };

  it('arrives as it was, however it is cut', async () => {
    const bytes = await written(tree);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (pieceBytes) => {
        expect((await fetchManifest(() => cut(bytes, pieceBytes), id, undefined, never, nextTurn)).root).toBe(
          tree.root,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('is refused when it ends early or is no manifest', async () => {
    const bytes = await written(tree);
    await expect(fetchManifest(() => cut(bytes.subarray(0, -1), 100), id, undefined, never, nextTurn)).rejects.toThrow(
      'not whole',
    );
    await expect(fetchManifest(() => cut(Buffer.alloc(9, 0xff), 9), id, undefined, never, nextTurn)).rejects.toThrow(
      'not well-formed',
    );
  });

  it('stops being written when its stream is aborted', async () => {
    const write = () => Promise.reject(new Error('aborted'));
    await expect(sendManifest(tree, id, { write, signal: never }, nextTurn)).rejects.toThrow('aborted');
  });

  it('leaves turns of the event loop to others between its blocks, at both ends', async () => {
    const large = treeWith(5_000);
    const ends = (work: Promise<unknown>) => work.then(() => turns);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const bytes = await written(large);
    const sent = turns;
    expect(sent).toBeGreaterThanOrEqual(3);
    const all = await ends(fetchManifest(() => cut(bytes, 64 * 1024), id, undefined, never, nextTurn));
    counting = false;
    expect(all - sent).toBeGreaterThanOrEqual(3);
  });

  async function written(of: FileTree): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    await sendManifest(of, id, { write: async (piece) => void pieces.push(piece), signal: never }, nextTurn);
    return Buffer.concat(pieces);
  }
});

async function* cut(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
