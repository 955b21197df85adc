/** All that is promised, watched from outside: heard as it happens, and looked at every few seconds. */
import type { ClusterView, Envelope } from '@muster/protocol';
import type { FileChange, LogLine, ProcessChange } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import {
  lateMs,
  openAcknowledged,
  openAgentKeys,
  openAgentsHealed,
  openEnrolments,
  openNewest,
  openTruth,
} from './agents/index.ts';
import { openBounds } from './bounds.ts';
import { openBudget } from './budget.ts';
import { openClaims } from './claims.ts';
import { openDeletions } from './deletions.ts';
import { openAnswered, openEventsKept, openHiddenKeys, openMastersOrders } from './doors/index.ts';
import { openFaults } from './faults.ts';
import { type Announced, openGenerations, wordsOf } from './generations.ts';
import { openCalm, openCuts, openHaproxyHealed, openServing } from './haproxy/index.ts';
import { openHeldBack } from './held-back.ts';
import { openHistory } from './history.ts';
import { openSynchrony } from './in-sync.ts';
import { openJournals } from './journals.ts';
import { openKnownWorkers } from './known-workers.ts';
import { openLeftOver } from './left-over.ts';
import { openLiveness } from './liveness.ts';
import { openMastersFiles } from './masters-files.ts';
import { openMirror, type PathChange } from './mirror.ts';
import { openOrder } from './order.ts';
import { openProbes } from './probes.ts';
import { openPrompt } from './prompt.ts';
import { openSecrets } from './secrets.ts';
import { type Ends, listen } from './sniffer.ts';
import { openStandingShown } from './standing.ts';
import { openStrangers } from './strangers.ts';
import { statePath } from './transactions.ts';
import { openTrash } from './trash.ts';
import { openTurns } from './turns.ts';
import { openWholeFiles } from './whole-files.ts';

export interface Invariants {
  /** A look at what nobody tells: every few simulated seconds, while things happen. */
  sampled(): void;
  /** In what a healed cluster is not yet as it has to be; undefined: in nothing. From the first call on the weather counts as calm. */
  healed(): Promise<Difference | undefined>;
  /** A stop has resolved, and its process has not ended yet: right then, and again when what may take a moment is over. */
  stopped(node: SimNode, when: 'now' | 'later'): void;
  /** The run is over. */
  ended(): void;
}

export interface Difference {
  readonly of: 'files' | 'agents' | 'haproxy';
  readonly text: string;
  /** It may last so long beyond the time in which a cluster is healed, ms. */
  readonly lateMs?: number;
}

/** To be opened before anything is on the disks. */
export function openInvariants(world: World): Invariants {
  const { hear, master, timeline } = world;
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  const mirrors = new Map(world.nodes.map((node) => [node.name, openMirror(node, timeline.now)]));
  const mirrorOf = (node: string) => mirrors.get(node)!;
  const limits = new Map<string, number>();
  const maxBytes = (node: string): number => limits.get(node) ?? Number.POSITIVE_INFINITY;
  const starts = new Map<string, number>();

  const order = openOrder(world);
  const history = openHistory(master, timeline.now);
  const generations = openGenerations(world);
  const startedAt = (node: string): number => starts.get(node) ?? 0;
  const claims = openClaims(world, { generations, history, mirrorOf, startedAt, order, maxBytes });
  const wholeFiles = openWholeFiles(world, history);
  const heldBack = openHeldBack(world, history);
  const deletions = openDeletions(world, history, mirrorOf, heldBack);
  const mastersFiles = openMastersFiles(world);
  const strangers = openStrangers(world);
  const synchrony = openSynchrony(world, maxBytes);
  const leftOver = openLeftOver(world);
  const bounds = openBounds(world);
  const faults = openFaults(world, strangers.claimed);
  const secrets = openSecrets(world);
  const liveness = openLiveness(world, strangers.claimed);
  const known = openKnownWorkers(world);
  const standingShown = openStandingShown(world);
  const answered = openAnswered(world);
  const eventsKept = openEventsKept(world);
  const hiddenKeys = openHiddenKeys(world);
  const orders = openMastersOrders(world);
  const turns = openTurns(world);
  const budget = openBudget(world);
  const journals = openJournals(world);
  const trash = openTrash(world);
  const agentsHealed = openAgentsHealed(world, openTruth(world));
  const enrolments = openEnrolments(world);
  const agentKeys = openAgentKeys(world);
  const acknowledged = openAcknowledged(world);
  const newest = openNewest(world);
  const calm = openCalm(world);
  const cuts = openCuts(world, calm);
  const serving = openServing(world, calm);
  const haproxyHealed = openHaproxyHealed(world);
  let masterChanges = 0;
  const prompt = openPrompt(world, {
    ...{ generations, order, maxBytes },
    mirror: mirrorOf(master.name),
    changes: () => masterChanges,
  });
  const probes = openProbes(world);

  const changed = (change: PathChange): void => {
    if (change.node === master) {
      masterChanges += 1;
      return history.take(change);
    }
    journals.changed(change);
    wholeFiles.changed(change);
    deletions.changed(change);
    claims.changed(change);
  };
  const file = (change: FileChange): void => {
    const mirror = mirrors.get(change.node);
    if (mirror === undefined) return;
    mastersFiles(change);
    known.file(change);
    if (change.by === 'fault' && change.path === `${master.root}/${statePath}/epoch`) generations.epochHarmed();
    journals.file(change);
    trash.file(change);
    enrolments.file(change);
    acknowledged.file(change);
    wholeFiles.file(change);
    deletions.file(change);
    for (const one of mirror.take(change)) changed(one);
    // What came with a directory is known by now.
    if (change.node === master.name) history.directory(change);
  };
  const process = (change: ProcessChange): void => {
    const node = nodes.get(change.node);
    if (node === undefined) return;
    turns.process(change);
    calm.process(change);
    cuts.process(change);
    liveness.process(change);
    known.process(change);
    standingShown.process(change);
    eventsKept.process(change);
    order.process(change);
    budget.process(change);
    heldBack.process(change);
    journals.process(change);
    acknowledged.process(change);
    if (change.what !== 'started') return;
    starts.set(node.name, timeline.now());
    const limit = node.config()?.muster.integrity.maxFileSizeBytes;
    if (limit !== undefined) limits.set(node.name, limit);
    for (const one of mirrorOf(node.name).reread('power')) changed(one);
    if (node === master) {
      history.started();
      generations.masterStarted();
    }
    leftOver.running(node);
    probes.place(node);
  };
  /** What the master says of a file was there at some time: a digest that never was is made up. */
  const announced = ({ id, step }: Announced): void => {
    history.announced();
    for (const [path, digest] of step?.put ?? [])
      if (!history.had(path, digest))
        world.violate(
          'generation-true',
          `generation ${wordsOf(id)} has ${path} as ${digest.slice(0, 8)}, which was never there`,
        );
  };
  const envelope = (said: Envelope, ends: Ends): void => {
    strangers.heard(said, ends);
    known.envelope(said, ends);
    acknowledged.envelope(said, ends);
    orders.envelope(said, ends);
    if (ends.from === master.name || said.kind === 'open') {
      const fresh = generations.heard(said, ends);
      if (fresh !== undefined) announced(fresh);
    }
    const worker = nodes.get(ends.from);
    if (worker === undefined || worker === master || said.kind !== 'tell') return;
    if (said.message.type === 'beat') claims.beat(worker, said.message);
  };
  const log = (line: LogLine): void => {
    faults.log(line);
    secrets.log(line);
    agentKeys(line);
    cuts.log(line);
    liveness.log(line);
    known.log(line);
    order.log(line);
    budget.log(line);
    heldBack.log(line);
  };
  const view = (seen: ClusterView): void => {
    strangers.seen(seen);
    liveness.seen(seen);
    known.seen(seen);
    prompt.seen(seen);
  };

  const differs = async (): Promise<Difference | undefined> => {
    const files = await synchrony.differs();
    if (files !== undefined) return { of: 'files', text: files };
    const agents = await agentsHealed.differs();
    if (agents !== undefined && !agents.late) return { of: 'agents', text: agents.text };
    const haproxy = haproxyHealed.differs();
    if (haproxy !== undefined) return { of: 'haproxy', text: haproxy };
    return agents === undefined ? undefined : { of: 'agents', text: agents.text, lateMs };
  };

  hear.file(file);
  hear.process(process);
  hear.log(log);
  hear.sent(secrets.sent);
  listen(world, { envelope, data: generations.data });
  hear.turn(turns.turn);
  hear.question((question, told) => {
    answered.told(question, told);
    eventsKept.told(question, told);
    hiddenKeys(question, told);
    orders.told(question, told);
  });
  for (const node of world.nodes) for (const change of mirrorOf(node.name).reread('operator')) changed(change);

  return {
    sampled: () => {
      bounds.sampled();
      order.sampled();
      newest.sampled();
      calm.sampled();
      answered.sampled();
      serving.sampled();
      if (master.running() === undefined) return;
      master.ask({ type: 'get-cluster' }).then(
        (reply) => reply.type === 'cluster' && view(reply),
        () => {},
      );
      master.ask({ type: 'get-healthcheck' }).then(
        (reply) => reply.type === 'healthcheck' && standingShown.seen(reply),
        () => {},
      );
    },
    healed: () => {
      liveness.calm();
      return differs();
    },
    stopped: leftOver.stopped,
    ended: () => probes.ended(),
  };
}
