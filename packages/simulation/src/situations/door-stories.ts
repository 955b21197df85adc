/** What comes of questions at the doors of nodes. */
import type { Events, GetEvents, GetTrace, Trace } from '@muster/protocol';
import { isOrder } from '../doors/index.ts';
import type { LogLine, ProcessChange, ProgramReply, Question, Told } from '../happenings.ts';
import type { SimNode, World } from '../world/world.ts';
import type { SituationName } from './list.ts';
import type { Met } from './met.ts';

export interface DoorStories {
  question(question: Question, told: Told): void;
  process(change: ProcessChange): void;
  log(line: LogLine): void;
}

/** What a refusal tells by its code. */
const refusals: Readonly<Partial<Record<string, SituationName>>> = {
  'no-master': 'asked of a worker without a master',
  overloaded: 'more asked than a node answers at once',
  'bad-operation': 'misspelt order refused',
  'too-many-traces': 'one trace too many refused',
};
/** Without a link a node says so at once, ms, but for turns that come late; what is told later had a link when it was asked. */
const atOnceMs = 20;
const turns = 4;

const crashed = /^\/\S+ crashed: /;

/** What is asked of whom, whichever door it came through. */
const askedOf = ({ node, request }: Question) =>
  request.type === 'relay' ? { of: request.node as string, message: request.message } : { of: node, message: request };

export function doorStories({ nodes, timeline, settings }: World, met: Met): DoorStories {
  const { chance, maxMs } = settings.lateTurns;
  const withLinkMs = atOnceMs + (chance === 0 ? 0 : turns * maxMs);
  const byName = new Map<string, SimNode>(nodes.map((node) => [node.name, node]));
  const ends = new Map<string, number>();
  const crashes = new Map<string, number>();
  /** By node and session: how often the node had ended, and an actor of it crashed, when it answered last. */
  const traces = new Map<string, readonly [ends: number, crashes: number]>();
  /** Stores that were lost, by node. */
  const lost = new Map<string, number>();
  /** By node: how often it had ended, and lost its store, when events of it were read last. */
  const read = new Map<string, readonly [ends: number, lost: number]>();
  for (const { name, store } of nodes)
    store.hear((what) => {
      if (what === 'removed' || what === 'set aside') lost.set(name, (lost.get(name) ?? 0) + 1);
    });

  const refused = (question: Question, code: string): void => {
    const { of, message } = askedOf(question);
    const known = refusals[code];
    if (known !== undefined) met(known);
    if (of === question.node) return;
    const ownWord = byName.get(question.node)?.role === 'master' ? 'not-linked' : 'no-master';
    if (code === ownWord && timeline.now() - question.at > withLinkMs) met('link broke amid a question');
    if (code === 'not-allowed' && isOrder(message)) met('order of another node refused on a worker');
    const host = byName.get(of)?.host();
    if (host === undefined) met('asked of a node that is down');
    else if (host.pausedUntil() > timeline.now()) met('asked of a node that stands still');
    else if (code === 'timeout') met('asked of a node that is cut off');
  };
  const traced = (of: string, { session }: GetTrace, reply: Trace): void => {
    const [ended, fell] = [ends.get(of) ?? 0, crashes.get(of) ?? 0];
    const before = session === undefined ? undefined : traces.get(`${of} ${session}`);
    if (before !== undefined) {
      if (session !== reply.session) met(before[0] < ended ? 'trace over the end of a node' : 'trace ended unasked');
      else if (before[1] < fell && reply.rows.length > 0) met('trace over a crash');
    }
    traces.set(`${of} ${reply.session}`, [ended, fell]);
  };
  const events = (of: string, { after = 0 }: GetEvents, { rows }: Events): void => {
    const now = [ends.get(of) ?? 0, lost.get(of) ?? 0] as const;
    const before = read.get(of) ?? now;
    if (after > 0 && rows.length > 0 && before[0] < now[0])
      met(before[1] < now[1] ? 'events of a journal that began anew' : 'events over the end of a node');
    read.set(of, now);
  };
  const program = (node: string, { command, text }: ProgramReply): void => {
    if (command === 'control_res') met('program answered by the master');
    if (text.includes('3023')) met('program told that there is no master');
    if (byName.get(node)?.role === 'worker' && text.includes('"key"') && text.includes('"id"'))
      met('program got an agent');
  };
  const answered = (question: Question, reply: Extract<Told, { what: 'answered' }>['reply']): void => {
    if (reply.type === 'program') return program(question.node, reply);
    const { of, message } = askedOf(question);
    const said = reply.type === 'relayed' ? reply.message : reply;
    if (of !== question.node)
      met(isOrder(message) ? 'order carried out on another node' : 'question answered by another node');
    if (message.type === 'get-trace' && said.type === 'trace') traced(of, message, said);
    if (message.type === 'get-events' && said.type === 'events') events(of, message, said);
  };
  return {
    question: (question, told) => {
      if (told.what === 'refused') refused(question, told.code);
      else if (told.what === 'answered') answered(question, told.reply);
      else if (told.what === 'broke') met('door closed amid a question');
    },
    process: ({ node, what }) => {
      if (what !== 'started' && what !== 'paused' && what !== 'stopping') ends.set(node, (ends.get(node) ?? 0) + 1);
    },
    log: ({ node, text }) => {
      if (crashed.test(text)) crashes.set(node, (crashes.get(node) ?? 0) + 1);
    },
  };
}
