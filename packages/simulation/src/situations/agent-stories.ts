/** What nodes say to each other of agents, and what their managers and stores went through. */
import { type AgentStatuses, type Envelope, unpackBatch, type WireMessage } from '@muster/protocol';
import { rowOf } from '../invariants/rows.ts';
import type { Ends, Sniffed } from '../invariants/sniffer.ts';
import type { NeighbourFault } from '../neighbours/index.ts';
import type { StoreEvent } from '../store/index.ts';
import type { World } from '../world/world.ts';
import type { SituationName } from './list.ts';
import type { Met } from './met.ts';

/** What one worker said last. */
interface Said {
  /** Ids of the batch that was not answered yet. */
  waits: ReadonlySet<number>;
  /** Of a batch that was never answered on the link before. */
  lost: ReadonlySet<number>;
  /** By the number of the ask. */
  readonly asks: Map<number, WireMessage['type']>;
}

const nobody: ReadonlySet<number> = new Set();

/** What a message of one kind tells by itself. */
const telling: Readonly<Partial<Record<WireMessage['type'], SituationName>>> = {
  'agents-moved': 'agents moved told',
  'agents-differ': 'agents differ told',
  'check-agents': 'agents compared by ranges',
  'held-agents': 'agents compared one by one',
  'check-groups': 'groups compared by ranges',
  'get-groups': 'groups fetched',
  'group-changes': 'group changes told',
  'agent-registered': 'agent registered',
  'agent-removed': 'agent removed',
  'registration-refused': 'registration refused',
};

const ofNeighbours: Readonly<Record<NeighbourFault['how'], SituationName>> = {
  refused: 'neighbour refused',
  slow: 'neighbour slow',
  'cut-short': 'neighbour cut short',
  err: 'neighbour said err',
  dies: 'neighbour died',
  babbles: 'neighbour babbled',
  silent: 'neighbour said nothing',
  'done-unanswered': 'neighbour did it and did not say so',
};
const ofStores: Readonly<Record<StoreEvent, SituationName>> = {
  'commit failed': 'store commit failed',
  'commit lost': 'store commit lost with the power',
  'set aside': 'store set aside',
  removed: 'store removed',
};

export function agentStories(world: World, met: Met): Sniffed {
  const master = world.master.name;
  const workers = new Map<string, Said>();
  const saidOf = (worker: string): Said =>
    rowOf(workers, worker, (): Said => ({ waits: nobody, lost: nobody, asks: new Map() }));

  const batch = (said: Said, message: AgentStatuses): void => {
    const unpacked = unpackBatch(message);
    if (!unpacked.ok) return;
    const ids = new Set(unpacked.rows.map(({ id }) => id));
    if ([...ids].some((id) => said.lost.has(id))) met('batch sent again after a reconnect');
    said.waits = ids;
    said.lost = nobody;
  };
  const asked = ({ id, message }: Extract<Envelope, { kind: 'ask' }>, { from }: Ends): void => {
    if (from === master) return;
    const said = saidOf(from);
    said.asks.set(id, message.type);
    if (message.type === 'agent-statuses') batch(said, message);
  };
  const replied = ({ id, message }: Extract<Envelope, { kind: 'reply' }>, { from, to }: Ends): void => {
    if (from !== master) return;
    const said = saidOf(to);
    if (message.type === 'agents-taken') {
      if (said.asks.get(id) === 'agent-statuses') said.waits = nobody;
      if (message.lost.length > 0) met('agent lost to another node');
      if (message.wanted.length > 0) met('agent wanted whole');
      if (message.unknown.length > 0) met('unknown agent dropped');
    }
    if (message.type === 'groups-assigned') {
      if (message.outcome === 'adopted') met('proposal of groups adopted');
      else if (message.outcome === 'kept') met('proposal of groups refused');
    }
    said.asks.delete(id);
  };
  for (const { neighbours, store } of world.nodes) {
    neighbours.hear(({ how }) => {
      if (how !== 'answered') met(ofNeighbours[how]);
    });
    store.hear((what) => met(ofStores[what]));
  }
  return {
    envelope: (envelope, ends) => {
      if (envelope.kind === 'hello') {
        const said = saidOf(ends.from);
        if (said.waits.size > 0) said.lost = said.waits;
        said.waits = nobody;
        said.asks.clear();
      }
      if (envelope.kind === 'ask') asked(envelope, ends);
      if (envelope.kind === 'reply') replied(envelope, ends);
      if (envelope.kind !== 'tell' && envelope.kind !== 'ask' && envelope.kind !== 'reply') return;
      const name = telling[envelope.message.type];
      if (name !== undefined) met(name);
    },
    data: () => {},
  };
}
