import { inFewTurns, mostReads } from '../../src/beside/log-reads.ts';

it('so many questions for a log wait, more are refused at once, and those that were taken are answered', async () => {
  const ends: (() => void)[] = [];
  const read = inFewTurns((line: number) => new Promise<number>((resolve) => ends.push(() => resolve(line))));
  const taken = Array.from({ length: mostReads }, (_, line) => read(line));
  for (let more = 0; more < 100; more += 1)
    await expect(read(more)).rejects.toMatchObject({ code: 'overloaded', message: expect.stringMatching(/Ask again/) });
  for (let line = 0; line < mostReads; line += 1) {
    while (ends.length <= line) await Promise.resolve();
    ends[line]!();
  }
  expect(await Promise.all(taken)).toEqual(Array.from({ length: mostReads }, (_, line) => line));
  const next = read(77);
  while (ends.length <= mostReads) await Promise.resolve();
  ends[mostReads]!();
  expect(await next).toBe(77);
});

it('a read that fails makes room like any other', async () => {
  const read = inFewTurns(() => Promise.reject(new Error('unreadable')));
  for (let at = 0; at < 3 * mostReads; at += 1) await expect(read()).rejects.toThrow('unreadable');
});
