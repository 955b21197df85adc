import type { AskOutcome } from '@muster/node';
import type { Agents } from '@muster/protocol';
import { workerAgentViews } from '../src/views/agent-answers.ts';

const page: Agents = { type: 'agents', rows: [], total: 3 };
const answering = (outcome: AskOutcome | undefined, asked: unknown[] = []) =>
  workerAgentViews(async (to, message) => {
    asked.push([to, message]);
    return outcome;
  });
const query = { type: 'get-agents', after: 7, group: 'web' } as const;

describe('a worker that is asked for agents', () => {
  it('gives its master the question and the asker the answer', async () => {
    const asked: unknown[] = [];
    expect(await answering({ ok: true, message: page }, asked).agents(query)).toEqual(page);
    expect(asked).toEqual([['control', query]]);
  });

  it('hands on what the master refused, code and words', async () => {
    const failure = { code: 'no-such-agent', text: 'There is no agent 012.' };
    await expect(answering({ ok: false, failure }).agent(12)).rejects.toMatchObject({
      code: 'no-such-agent',
      message: 'There is no agent 012.',
    });
  });

  it('says where to ask when it has no link to its master', async () => {
    const refusal = { code: 'no-master', message: expect.stringContaining('or ask on the master') };
    await expect(answering(undefined).agents(query)).rejects.toMatchObject(refusal);
    await expect(answering(undefined).agent(1)).rejects.toMatchObject(refusal);
  });

  it('takes no answer of another kind', async () => {
    await expect(answering({ ok: true, message: { type: 'done' } }).agent(12)).rejects.toThrow(
      'The master answered get-agent with done. Do both nodes have the same version?',
    );
  });
});
