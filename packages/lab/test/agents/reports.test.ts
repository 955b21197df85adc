import type { AgentState } from '../../src/agents/agent.ts';
import { turns } from '../../src/agents/fleet.ts';
import { openReports, stateLine } from '../../src/agents/reports.ts';

const state = (name: string, losses: number): AgentState => ({ name, state: 'lost', sinceMs: 1, losses, why: '' });

describe('what the fleet tells', () => {
  it('is one line a change', () => {
    const lines: string[] = [];
    const reports = openReports((line) => lines.push(line) > 0);
    reports.changed(state('a', 0));
    reports.changed(state('a', 1));
    expect(lines).toEqual([stateLine(state('a', 0)), stateLine(state('a', 1))]);
    expect(JSON.parse(lines[1]!)).toEqual({ type: 'agent', name: 'a', state: 'lost', sinceMs: 1, losses: 1, why: '' });
  });

  it('is the newest of each agent when the reader was slow', () => {
    const lines: string[] = [];
    const reports = openReports((line) => lines.push(line) > 1);
    for (let losses = 0; losses < 100; losses += 1) {
      reports.changed(state('a', losses));
      reports.changed(state('b', losses));
    }
    expect(lines).toEqual([stateLine(state('a', 0))]);
    reports.drained();
    expect(lines.slice(1)).toEqual([stateLine(state('a', 99)), stateLine(state('b', 99))]);
  });
});

describe('turns', () => {
  it('let few work at once, in the order of their coming, whether they fail or not', async () => {
    const inTurn = turns(2);
    const begun: number[] = [];
    const finish: (() => void)[] = [];
    const work = (number: number) =>
      inTurn(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => finish.push(resolve));
        if (number === 1) throw new Error('one');
      }).catch(() => {});
    const all = [1, 2, 3, 4].map(work);
    const next = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      finish.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await next();
    expect(begun).toEqual([1, 2, 3]);
    await next();
    expect(begun).toEqual([1, 2, 3, 4]);
    await next();
    await next();
    await Promise.all(all);
  });
});
