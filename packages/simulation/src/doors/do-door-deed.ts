/** Who stands at the doors of nodes: each kind of deed and what it does. */
import { ask, type Ref } from '@muster/actor';
import type { AskOutcome, NodeMessage } from '@muster/node';
import type { NodeName, Relay } from '@muster/protocol';
import type { FaultScene } from '../nemesis/theatre.ts';
import type { DeedOf, DoorDeed, DoorKind } from '../plan/deed.ts';
import type { SimNode } from '../world/world.ts';
import { useProgram } from './program.ts';
import { orderOf, questionOf } from './words.ts';

type Acts = { readonly [K in DoorKind]: (scene: FaultScene, deed: DeedOf<K>) => void };

const acts: Acts = {
  'door-ask': look,
  'door-order': order,
  'door-events': readEvents,
  'door-trace': trace,
  'door-program': useProgram,
  'door-rogue': rogue,
};

/** Does it, at the time of the timeline. Never throws. */
export function doDoorDeed(scene: FaultScene, deed: DoorDeed): void {
  (acts[deed.kind] as (scene: FaultScene, deed: DoorDeed) => void)(scene, deed);
}

const nothing = (): void => {};

interface Ends {
  readonly node: string;
  readonly of: string;
}

const relayTo = (of: string, message: Relay['message']): Relay => ({ type: 'relay', node: of as NodeName, message });

/** At the door of `node`, of `of`; of itself also as of any other. Resolves with nothing where that failed. */
async function askOf(scene: FaultScene, { node, of }: Ends, message: Relay['message']) {
  const direct = node === of && scene.dice.chance(0.5);
  const reply = await scene
    .node(node)
    .ask(direct ? message : relayTo(of, message))
    .catch(() => undefined);
  return reply?.type === 'relayed' ? reply.message : reply;
}

function look(scene: FaultScene, deed: DeedOf<'door-ask'>): void {
  scene.repeat(deed.times, deed.everyMs, () => {
    if (deed.question === 'get-healthcheck')
      return void scene.node(deed.node).ask({ type: 'get-healthcheck' }).catch(nothing);
    void askOf(scene, deed, questionOf(scene, scene.node(deed.of), deed.question));
  });
}

function order(scene: FaultScene, deed: DeedOf<'door-order'>): void {
  scene.repeat(deed.times, deed.everyMs, () => {
    void askOf(scene, deed, orderOf(scene, scene.node(deed.of), deed.order));
  });
}

/** A page that did not come is asked for again; the healing ends it. */
function readEvents(scene: FaultScene, deed: DeedOf<'door-events'>): void {
  let after = 0;
  let waits = false;
  scene.repeat(deed.times, deed.everyMs, () => {
    if (waits) return;
    waits = true;
    void askOf(scene, deed, { type: 'get-events', after }).then((page) => {
      waits = false;
      if (page?.type === 'events') after = page.next;
    });
  });
}

function trace(scene: FaultScene, deed: DeedOf<'door-trace'>): void {
  const { pattern } = deed;
  const sessions = new Map<number, number>();
  const look = (watcher: number): void => {
    const session = sessions.get(watcher);
    const asked = { type: 'get-trace', pattern, ...(session === undefined ? {} : { session }) } as const;
    void askOf(scene, deed, asked).then((reply) => {
      if (reply?.type === 'trace') sessions.set(watcher, reply.session);
    });
  };
  scene.repeat(deed.times, deed.everyMs, () => {
    for (let watcher = 0; watcher < deed.watchers; watcher++) look(watcher);
  });
}

/** For the master's refusal, ms. */
const refusalMs = 2_000;

/** Past the worker's own control, which would refuse it: over the link, as what holds the worker's process could. */
function rogue(scene: FaultScene, deed: DeedOf<'door-rogue'>): void {
  const node: SimNode = scene.node(deed.node);
  const link = node.running()?.system.refOf(`/links/node:${scene.world.master.name}`);
  if (link === undefined) return;
  const message = relayTo(deed.of, orderOf(scene, scene.node(deed.of), deed.order));
  const asked = (replyTo: Ref<AskOutcome>): NodeMessage => ({
    ...{ type: 'ask-peer', to: 'control', message, timeoutMs: refusalMs, replyTo },
  });
  ask<NodeMessage, AskOutcome>(link as Ref<NodeMessage>, asked, refusalMs).then((outcome) => {
    if (!outcome.ok && outcome.failure.code === 'not-allowed')
      scene.world.met('order of a worker refused by its master');
  }, nothing);
}
