/** What is done to HAProxy, and to those who connect through it. */
import type { NodeName } from '@muster/protocol';
import type { FaultScene } from '../nemesis/theatre.ts';
import type { DeedOf, HaproxyDeed, HaproxyKind } from '../plan/deed.ts';
import { crowdOf } from './crowd.ts';
import { agentPortsOf, backendName } from './lay-haproxy.ts';
import { addressOf } from './ports-of-nodes.ts';

type Acts = { readonly [K in HaproxyKind]: (scene: FaultScene, deed: DeedOf<K>) => void };

const acts: Acts = {
  'lb-end': end,
  'lb-away': ({ world: { haproxy }, lasts }, { how, forMs }) => {
    haproxy.away.push(how);
    lasts(forMs, () => void haproxy.away.splice(haproxy.away.indexOf(how), 1));
  },
  'lb-answers': ({ world: { haproxy }, lasts }, { how, probability, forMs }) => {
    const fault = { how, probability };
    haproxy.faults.push(fault);
    lasts(forMs, () => void haproxy.faults.splice(haproxy.faults.indexOf(fault), 1));
  },
  'lb-edit': edit,
  'lb-agents': ({ world }, { change, count }) => crowdOf(world)?.[change](count),
  'lb-drain': drain,
  'port-down': ({ world, lasts }, { node, forMs }) => {
    const back = agentPortsOf(world)?.takeAway(node);
    if (back !== undefined) lasts(forMs, back);
  },
};

/** Does it, at the time of the timeline. Never throws; nothing where there is no HAProxy. */
export function doHaproxyDeed(scene: FaultScene, deed: HaproxyDeed): void {
  if (crowdOf(scene.world) === undefined) return;
  (acts[deed.kind] as (scene: FaultScene, deed: HaproxyDeed) => void)(scene, deed);
}

function end({ world: { haproxy }, lasts }: FaultScene, { how, downMs }: DeedOf<'lb-end'>): void {
  if (how === 'reload') return haproxy.reload();
  haproxy.kill();
  lasts(how === 'restart' ? 0 : downMs, haproxy.start);
}

/** By whom a line came that no node sent. */
export const byHand = 'operator';

/** HAProxy ends sessions a moment after it said so, and deletes no server that has one, ms. */
const deleteMs = 100;

function edit({ world, dice, lasts }: FaultScene, { node, what }: DeedOf<'lb-edit'>): void {
  const { haproxy } = world;
  if (haproxy.process() === undefined) return;
  const place = `${backendName}/${node}`;
  const lines: Readonly<Record<typeof what, string>> = {
    ready: `set server ${place} state ready`,
    drain: `set server ${place} state drain`,
    maint: `set server ${place} state maint`,
    weight: `set server ${place} weight ${dice.pick([0, 1, 10, 256])}`,
    address: `set server ${place} addr ${addressOf(world, dice.pick(world.nodes).name)}`,
    delete: `set server ${place} state maint;shutdown sessions server ${place}`,
    unchecked: `disable health ${place}`,
  };
  haproxy.ask(lines[what], byHand);
  if (what !== 'delete') return;
  lasts(deleteMs, () => {
    if (haproxy.process() !== undefined) haproxy.ask(`del server ${place}`, byHand);
  });
}

/** An operator tries again until he was answered, ms; a refusal is an answer. */
const againMs = 1_000;

const drained = new WeakMap<object, Map<string, number>>();
/** Nodes that an operator drained and did not undrain, as far as the master confirmed, and when. */
export const drainedOf = (world: object): Map<string, number> => {
  const all = drained.get(world) ?? new Map<string, number>();
  drained.set(world, all);
  return all;
};

/** That the node is none, so that there is nothing to undo. */
const isNews = (reply: { readonly type: string }): boolean => 'code' in reply && reply.code === 'no-such-node';

/** Ended at the healing at the latest. */
function drain({ world, lasts }: FaultScene, { node, forMs }: DeedOf<'lb-drain'>): void {
  const { master, timeline } = world;
  let wanted = true;
  const later = (wish: boolean): void => void timeline.after(againMs, 'operator asks again', () => ask(wish));
  const ask = (wish: boolean): void => {
    if (wish !== wanted) return;
    master.ask({ type: 'drain-node', node: node as NodeName, drained: wish }).then(
      (reply) => {
        const isDone = reply.type === 'done';
        if (wish && isDone) drainedOf(world).set(node, timeline.now());
        if (!wish) drainedOf(world).delete(node);
        if (!wish && !isDone && !isNews(reply)) later(wish);
      },
      () => later(wish),
    );
  };
  ask(true);
  lasts(forMs, () => {
    wanted = false;
    ask(false);
  });
}
