import { linkWords, tryWords } from '../src/views/explain.ts';

const lastError = { code: 'wrong-key', text: '10.0.0.10:1516 has another <key>' };

describe('the words on a link to the master', () => {
  it('are short while there is one', () => {
    expect(linkWords({ state: 'linked', attempt: 1, lastError })).toBe('Linked to the master.');
    expect(tryWords({ state: 'linked', attempt: 1 })).toBe('');
  });

  it('say what the last try failed with, and when the next comes', () => {
    const link = { state: 'waiting', attempt: 3, lastError, nextTryMs: 4_120 } as const;
    expect(linkWords(link)).toBe(
      'Not linked to the master. Try 3 failed: 10.0.0.10:1516 has another <key>. The next is in 4.2 s.',
    );
  });

  it('say how the last link ended, where nothing was tried since', () => {
    const link = {
      state: 'waiting',
      attempt: 0,
      lastError: { code: 'closed', text: 'it stops.' },
      nextTryMs: 200,
    } as const;
    expect(tryWords(link)).toBe('The last link ended: it stops. The next try is in 0.2 s.');
    expect(tryWords({ ...link, attempt: 1 })).toBe('Try 1 failed: it stops. The next is in 0.2 s.');
  });

  it('promise nothing before the first try ended', () => {
    expect(linkWords({ state: 'dialing', attempt: 0 })).toBe('Not linked to the master.');
  });
});
