import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { Beat, NodeName } from '@muster/protocol';
import {
  getNodes,
  type KeepAliveEvent,
  keepAliveDefaults,
  type LinkedPeer,
  type OwnStatus,
  spawnKeepAlive,
} from '../src/index.ts';

const w1: LinkedPeer = { peer: 'w1', link: 1, role: 'worker', version: '0.1.0', address: '10.0.0.7:4123', skewMs: 0 };
const beat: Beat = { type: 'beat', sequence: 1, wallMs: 0, state: 'in-sync', files: 7, loopDelayMs: 1 };

/** A keep-alive actor under a supervisor, linked to `linked`, on a clock that stands still. */
async function rig({ linked = [w1] as readonly LinkedPeer[], onBeat = (_beat: Beat): void => {} } = {}) {
  const system = testSystem();
  const events: KeepAliveEvent[] = [];
  const beats: [NodeName, Beat][] = [];
  const closed: string[] = [];
  let status: OwnStatus = { state: 'in-sync', files: 3, holds: { epoch: 1, generation: 5 } };
  const deps = {
    clock: system.clock,
    wallMs: () => 1_700_000_000_000,
    status: () => status,
    marks: () => ({ groups: { version: 4, digest: [1, 2, 3] as [number, number, number] } }),
    loopDelayMs: () => 2,
    linkedPeers: () => linked,
    sendBeat: (to: NodeName, sent: Beat) => {
      beats.push([to, sent]);
      onBeat(sent);
    },
    closeLink: (peer: NodeName, link: number) => void closed.push(`${peer} ${link}`),
    report: (event: KeepAliveEvent) => void events.push(event),
  };
  const config = { role: 'master', ...keepAliveDefaults } as const;
  const keepAlive = system.root.spawn((parent) => spawnKeepAlive(parent, deps, config));
  await settle();
  const turns = () =>
    events.flatMap((event) => (event.type === 'liveness-changed' ? [`${event.peer} ${event.to}`] : []));
  return {
    system,
    clock: system.clock,
    events,
    beats,
    closed,
    keepAlive,
    turns,
    setStatus: (to: OwnStatus) => {
      status = to;
    },
  };
}

describe('keep-alive actor', () => {
  it('beats at once to those who are linked, with the status of this node, then every second', async () => {
    const { system, clock, beats } = await rig();
    expect(beats).toEqual([
      [
        'w1',
        {
          type: 'beat',
          sequence: 1,
          wallMs: 1_700_000_000_000,
          state: 'in-sync',
          files: 3,
          holds: { epoch: 1, generation: 5 },
          loopDelayMs: 2,
          groups: { version: 4, digest: [1, 2, 3] },
        },
      ],
    ]);
    await clock.advance(999);
    expect(beats).toHaveLength(1);
    await clock.advance(1);
    expect(beats).toHaveLength(2);
    await system.stop();
  });

  it('cuts a reason that is too long for the wire', async () => {
    const { system, clock, beats, setStatus } = await rig();
    setStatus({ state: 'held', files: 3, why: 'x'.repeat(2_001) });
    await clock.advance(1_000);
    expect(beats.at(-1)?.[1].why).toHaveLength(2_000);
    await system.stop();
  });

  it('reports a silent peer as suspect and as down at their times, and closes its link', async () => {
    const { system, clock, turns, closed } = await rig();
    await clock.advance(2_499);
    expect(turns()).toEqual([]);
    await clock.advance(1);
    expect(turns()).toEqual(['w1 suspect']);
    await clock.advance(1_499);
    expect(turns()).toEqual(['w1 suspect']);
    await clock.advance(1);
    expect(turns()).toEqual(['w1 suspect', 'w1 down']);
    expect(closed).toEqual(['w1 1']);
    await system.stop();
  });

  it('answers with a row per peer', async () => {
    const { system, keepAlive } = await rig();
    tell(keepAlive, { type: 'beat', peer: 'w1', beat: { ...beat, holds: { epoch: 1, generation: 3 } } });
    const nodes = await ask(keepAlive, getNodes, 1_000);
    expect(nodes).toMatchObject([
      { name: 'w1', liveness: 'up', lag: 2, sync: 'syncing', files: 7, address: '10.0.0.7:4123' },
    ]);
    await system.stop();
  });

  it('does not repeat what a node that went down last said of its files', async () => {
    const { system, clock, keepAlive } = await rig();
    tell(keepAlive, { type: 'beat', peer: 'w1', beat: { ...beat, holds: { epoch: 1, generation: 5 } } });
    const before = await ask(keepAlive, getNodes, 1_000);
    expect(before).toMatchObject([{ liveness: 'up', sync: 'in-sync' }]);
    await clock.advance(4_000);
    const after = await ask(keepAlive, getNodes, 1_000);
    expect(after).toMatchObject([{ liveness: 'down', sync: 'unknown' }]);
    await system.stop();
  });

  it('tells a change of status at once, and the next after 100 ms', async () => {
    const { system, clock, keepAlive, beats } = await rig();
    tell(keepAlive, { type: 'status-changed' });
    tell(keepAlive, { type: 'status-changed' });
    await settle();
    expect(beats).toHaveLength(2);
    await clock.advance(99);
    expect(beats).toHaveLength(2);
    await clock.advance(1);
    expect(beats).toHaveLength(3);
    await clock.advance(800);
    expect(beats).toHaveLength(3);
    await system.stop();
  });

  it('beats at the same rate after a restart, and asks the links again who is there', async () => {
    let first = true;
    const { system, clock, beats } = await rig({
      onBeat: () => {
        if (!first) return;
        first = false;
        throw new Error('link broke');
      },
    });
    expect(system.crashes.map(({ outcome }) => outcome)).toEqual(['restart']);
    const before = beats.length;
    await clock.advance(3_000);
    expect(beats.length - before).toBe(3);
    await system.stop();
  });

  it('is silent after it was stopped, and leaves no timer', async () => {
    const { system, clock, beats } = await rig();
    await system.stop();
    const before = beats.length;
    expect(clock.timers()).toBe(0);
    await clock.advance(10_000);
    expect(beats).toHaveLength(before);
  });
});
