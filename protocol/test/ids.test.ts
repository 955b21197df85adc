import { commonVersion, compareGenerations, generationWords, protocolRange } from '@muster/protocol';

describe('the common protocol version', () => {
  it.each([
    [{ min: 1, max: 1 }, { min: 1, max: 1 }, 1],
    [{ min: 1, max: 3 }, { min: 2, max: 5 }, 3],
    [{ min: 1, max: 3 }, { min: 3, max: 5 }, 3],
    [{ min: 1, max: 2 }, { min: 3, max: 5 }, undefined],
    [{ min: 4, max: 5 }, { min: 1, max: 3 }, undefined],
    [{ min: 1, max: 9 }, { min: 5, max: 2 }, undefined],
  ])('of %j and %j is %j, whoever asks', (a, b, version) => {
    expect(commonVersion(a, b)).toBe(version);
    expect(commonVersion(b, a)).toBe(version);
  });

  it('with oneself is the newest', () => expect(commonVersion(protocolRange, protocolRange)).toBe(protocolRange.max));
});

describe('generations', () => {
  const id = (epoch: number, generation: number) => ({ epoch, generation });
  it.each([
    [id(1, 5), id(1, 5), 0],
    [id(1, 5), id(1, 6), -1],
    [id(1, 7), id(1, 6), 1],
    [id(1, 900), id(2, 1), -1],
    [id(3, 1), id(2, 900), 1],
  ])('%j compares to %j by epoch, then number', (a, b, sign) => {
    expect(Math.sign(compareGenerations(a, b))).toBe(sign);
  });

  it.each([
    [id(1, 5), id(1, 9), 'generation 5'],
    [id(1, 5), undefined, 'generation 5'],
    [id(1, 5), id(2, 5), 'generation 5 of an earlier start of the master'],
    [id(3, 5), id(2, 5), 'generation 5 of a later start of the master'],
  ])('%j beside the newest %j is called %s', (held, newest, words) =>
    expect(generationWords(held, newest)).toBe(words),
  );
});
