import { partingOf } from '../../src/command/hashes.ts';

const names = ['node20', 'node22', 'node24'];
const lines = Array.from({ length: 9 }, (_, at) => `step ${at + 1}`);

describe('traces that should be the same', () => {
  it('are shown where the first two part, with the five lines before', () => {
    const other = [...lines.slice(0, 7), 'step 8, later', 'step 9'];
    expect(partingOf(17, names, [lines, lines, other])).toEqual([
      'The traces of seed 17 part in line 8:',
      '  step 3',
      '  step 4',
      '  step 5',
      '  step 6',
      '  step 7',
      '- step 8  (node20)',
      '+ step 8, later  (node24)',
    ]);
  });

  it.each([
    [lines, lines.slice(0, 2), ['- step 3  (node20)', '+ (its end)  (node22)']],
    [lines.slice(0, 2), lines, ['- (its end)  (node20)', '+ step 3  (node22)']],
  ])('part at the end of the shorter one', (first, second, parting) => {
    expect(partingOf(17, names, [first, second]).slice(-2)).toEqual(parting);
  });

  it('are the same in processes of their own when something outlives a run', () => {
    expect(partingOf(17, names, [lines, lines])).toEqual([
      'In processes of their own the traces of seed 17 are all the same: something outlives a run.',
    ]);
  });
});
