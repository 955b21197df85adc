import type { Healthcheck, HealthcheckRow } from '@muster/protocol';
import { openStandingShown } from '../../src/invariants/standing.ts';
import { openStage, type Stage } from './stage.ts';

type Work = NonNullable<HealthcheckRow['work']>;
interface Standing extends Stage {
  readonly shows: (work: Partial<Work>, staleMs?: number) => void;
  readonly ends: (what: 'killed' | 'paused') => void;
}

async function open(): Promise<Standing> {
  const stage = await openStage();
  const invariant = openStandingShown(stage.world);
  const row = { version: '0', address: '-', activeAgents: 0 };
  return {
    ...stage,
    shows: (work, staleMs) => {
      const view: Healthcheck = {
        type: 'healthcheck',
        rows: [
          { ...row, name: 'master', role: 'master' },
          {
            ...{ ...row, name: 'worker1', role: 'worker', work: { syncing: false, sendingAgents: false, ...work } },
            ...(staleMs === undefined ? {} : { staleMs }),
          },
        ],
      };
      invariant.seen(view);
    },
    ends: (what) => invariant.process({ node: 'worker1', incarnation: 1, what }),
  };
}
const ago = (startAgoMs: number, endAgoMs: number) => ({ checked: { startAgoMs, endAgoMs } });

describe('what the master says of the last work of a worker', () => {
  it('is fine while dates stay and go on', async () => {
    const { pass, shows, violations } = await open();
    pass(60_000);
    shows(ago(500, 400));
    pass(1_000);
    shows(ago(1_500, 1_400));
    shows(ago(20, 10));
    expect(violations).toEqual([]);
  });

  it('is wrong when something ended before it began', async () => {
    const { pass, shows, violations } = await open();
    pass(60_000);
    shows(ago(400, 500));
    expect(violations).toEqual([expect.stringMatching(/^standing: checked of worker1 ended at/)]);
  });

  it('is wrong when a date runs back by more than an answer may be on its way', async () => {
    const { pass, shows, violations } = await open();
    pass(60_000);
    shows(ago(500, 400));
    shows(ago(1_500, 1_400));
    expect(violations).toEqual([]);
    shows(ago(2_501, 2_401));
    expect(violations).toHaveLength(2);
    expect(violations[0]).toMatch(/^standing: startAt of checked of worker1 was/);
  });

  it('begins anew with the process, whatever was said of the one before', async () => {
    const { pass, shows, ends, violations } = await open();
    pass(60_000);
    shows(ago(500, 400));
    ends('killed');
    shows(ago(500, 400), 100);
    shows(ago(40_000, 30_000));
    expect(violations).toEqual([]);
  });

  it('may be late where somebody stood still', async () => {
    const { pass, shows, ends, violations } = await open();
    pass(60_000);
    shows(ago(500, 400));
    ends('paused');
    shows(ago(40_000, 30_000));
    expect(violations).toEqual([]);
  });
});
