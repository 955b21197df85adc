import { type Crowd, crowdOf } from '../../src/haproxy/crowd.ts';
import { drainedOf } from '../../src/haproxy/do-haproxy-deed.ts';
import { agentsPath } from '../../src/haproxy/lay-haproxy.ts';
import { openCalm, openCuts, openHaproxyHealed, openServing } from '../../src/invariants/haproxy/index.ts';
import { type HaproxyPlan, noHaproxy } from '../../src/plan/haproxy.ts';
import { openRig, planWith } from '../workload/rig.ts';

const names = ['master', 'worker1', 'worker2'] as const;
const placeOf = (name: (typeof names)[number]): string => `10.8.0.${1 + names.indexOf(name)}:1514`;

/** A HAProxy with agents, and nobody who drives it but the test. */
async function stage(changed: Partial<HaproxyPlan> = {}) {
  const rig = openRig({
    ...planWith([], { files: 5 }),
    haproxy: { ...noHaproxy, agents: 12, persisted: true, ...changed },
  });
  const violations: string[] = [];
  const violate = (invariant: string, text: string): void => void violations.push(`${invariant}: ${text}`);
  Object.assign(rig.world, { violate });
  Object.assign(rig.world.master, { running: () => ({}) });
  const calm = openCalm(rig.world);
  const cuts = openCuts(rig.world, calm);
  const serving = openServing(rig.world, calm);
  const { haproxy } = rig.world;
  const say = (line: string, by = 'master'): string => haproxy.ask(line.replaceAll('BE', 'wazuh_reporting'), by);
  const join = (name: (typeof names)[number]): string =>
    say(
      `add server BE/${name} ${placeOf(name)} check inter 1s rise 2 fall 3 weight 100;enable health BE/${name};set server BE/${name} state ready`,
    );
  const cutOn = (server: string, skip = 0): string => {
    const on = haproxy
      .process()!
      .sessions()
      .filter((one) => one.server.name === server && !one.ending);
    return say(`shutdown session ${on[skip]!.id}`);
  };
  const file = (list: readonly string[]): void =>
    void haproxy.files.set(agentsPath, list.map((name) => `    server ${name} 10.0.0.1:1\n`).join(''));
  return { ...rig, violations, calm, cuts, serving, say, join, cutOn, file, crowd: crowdOf(rig.world) as Crowd };
}

async function balanced(changed: Partial<HaproxyPlan> = {}) {
  const staged = await stage(changed);
  for (const name of names) staged.join(name);
  staged.file(names);
  await staged.pass(10_000);
  return staged;
}

describe('a healed HAProxy', () => {
  it('with a ready server for each node, and agents on all of them, is as it has to be', async () => {
    const { world } = await balanced();
    expect(openHaproxyHealed(world).differs()).toBeUndefined();
  });

  it.each<[string, (staged: Awaited<ReturnType<typeof balanced>>) => unknown, string]>([
    ['a server in drain', ({ say }) => say('set server BE/worker1 state drain'), 'worker1 is DRAIN'],
    ['one in maintenance', ({ say }) => say('set server BE/worker1 state maint'), 'worker1 is MAINT'],
    ['another weight', ({ say }) => say('set server BE/worker1 weight 7'), 'has the weight 7, not 100'],
    ['another address', ({ say }) => say('set server BE/worker1 addr 10.8.0.9'), 'is at 10.8.0.9:1514'],
    ['no checks', ({ say }) => say('disable health BE/worker1'), 'is not checked'],
    ['a file without one', ({ file }) => file(['master', 'worker1']), 'names master, worker1, not'],
    [
      'a server that is gone',
      async ({ say, pass }) => {
        say('set server BE/worker1 state maint;shutdown sessions server BE/worker1');
        await pass(10);
        say('del server BE/worker1');
      },
      'the server of worker1 is not there',
    ],
    [
      'a server of nobody',
      ({ say }) => say('add server BE/other 10.0.0.1:1514'),
      'there is a server other, MAINT, which is to be none',
    ],
    [
      'agents on too few',
      ({ world }) => {
        for (const { client, server } of world.haproxy.process()!.sessions())
          if (server.name !== 'master')
            world.haproxy.process()!.leave(
              world.haproxy
                .process()!
                .sessions()
                .find((one) => one.client === client)!,
            );
      },
      'of 4 agents, not',
    ],
  ])('is not with %s', async (_what, spoil, words) => {
    const staged = await balanced();
    await spoil(staged);
    expect(openHaproxyHealed(staged.world).differs()).toContain(words);
  });

  it('has no server for a node that is excluded', async () => {
    const { world } = await balanced({ excluded: ['worker2'] });
    expect(openHaproxyHealed(world).differs()).toContain('there is a server worker2');
  });
});

const planned = {
  node: 'master',
  level: 'info',
  tag: 'x',
  text: 'Agent imbalance detected. Moving 4 of 12 agents.',
} as const;

describe('sessions that a node ends', () => {
  it('down to the share of their server break nothing', async () => {
    const { join, pass, cutOn, cuts, violations, say } = await stage();
    join('master');
    join('worker1');
    await pass(10_000);
    join('worker2');
    say('show info');
    cuts.log(planned);
    cutOn('master');
    cutOn('worker1');
    cutOn('master');
    cutOn('worker1');
    expect(violations).toEqual([]);
    cutOn('master');
    expect(violations[0]).toMatch(/^no-cut-below-target: a session on master was ended, and 3 are left/);
  });

  it('of a server that is drained may all go', async () => {
    const { say, cutOn, cuts, violations } = await balanced();
    say('set server BE/worker1 state drain');
    cuts.log(planned);
    for (let left = 4; left > 0; left--) cutOn('worker1');
    expect(violations).toEqual([]);
  });

  describe('after somebody changed the weight of a server', () => {
    const edited = async (before: (staged: Awaited<ReturnType<typeof balanced>>) => void) => {
      const staged = await balanced();
      before(staged);
      staged.say('set server BE/worker2 weight 256', 'operator');
      await staged.pass(6_000);
      staged.say('show info');
      staged.cuts.log(planned);
      return staged;
    };
    const linked = { ...planned, text: 'worker2 is up: its beats arrive' };

    it('follow the new one as long as its node is none that the master knows', async () => {
      const { cutOn, violations } = await edited(() => undefined);
      cutOn('master');
      cutOn('master');
      expect(violations).toEqual([]);
      cutOn('master');
      expect(violations[0]).toMatch(/: a session on master was ended, and 1 are left there; of 12 its share is 2$/);
    });

    it('follow the wanted one where the node linked', async () => {
      const { cutOn, violations } = await edited(({ cuts }) => cuts.log(linked));
      cutOn('master');
      expect(violations[0]).toMatch(/ its share is 4$/);
    });

    it('follow the new one where it linked to a master of before', async () => {
      const { cutOn, violations } = await edited(({ cuts }) => {
        cuts.log(linked);
        cuts.process({ node: 'master', incarnation: 1, what: 'killed' });
      });
      cutOn('master');
      expect(violations).toEqual([]);
    });
  });

  it('are the agent’s once for each plan', async () => {
    const { world, crowd, cuts, say, pass, violations } = await balanced();
    const again = async (): Promise<void> => {
      say(`shutdown session ${crowd.agents[0]!.at!.session.id}`);
      await pass(6_000);
    };
    cuts.log(planned);
    await again();
    cuts.log(planned);
    await again();
    const twice = (): readonly string[] => violations.filter((text) => text.startsWith('no-agent-cut-twice'));
    expect(twice()).toEqual([]);
    await again();
    expect(twice()[0]).toMatch(/: through-0 was cut twice/);
    expect(world.haproxy.process()!.sessions()).toHaveLength(12);
  });
});

describe('agents', () => {
  it('that find no server though the master takes agents break a promise, but not soon after an edit', async () => {
    const { say, pass, serving, violations, crowd } = await balanced();
    serving.sampled();
    await pass(30_000);
    for (const name of names) say(`set server BE/${name} state maint`, 'operator');
    crowd.arrive(1);
    await pass(5_000);
    expect(violations).toEqual([]);
    await pass(20_000);
    expect(violations[0]).toMatch(/^agents-not-refused: /);
  });

  it('are not sent to a node that was drained for long', async () => {
    const { world, pass, serving, violations, calm } = await balanced();
    await pass(30_000);
    drainedOf(world).set('worker1', world.timeline.now());
    serving.sampled();
    expect(violations).toEqual([]);
    await pass(25_000);
    calm.sampled();
    serving.sampled();
    expect(violations[0]).toBe('only-wanted-servers: agents are sent to worker1, which is drained or excluded');
  });
});
