/**
 * One of the manager's programs at the cluster socket: it speaks as `reference/links.md` 6 says, so many bytes at a
 * time, and knows nothing of the code that reads them.
 */
import { enrolmentsOf } from '../agents/enrolment.ts';
import { populationOf } from '../agents/population.ts';
import type { Question } from '../happenings.ts';
import type { FaultScene } from '../nemesis/theatre.ts';
import type { DeedOf } from '../plan/deed.ts';
import type { ProgramEnd } from '../world/cluster-socket.ts';
import type { SimNode } from '../world/world.ts';
import { type Frame, frameOf, openFrames } from './frames.ts';

/** Between two pieces of a request, ms. */
const betweenMs = 0.2;
/** It has patience for so long, ms: longer than a node may take. */
const patienceMs = 15_000;

interface Asking {
  readonly question: Question;
  readonly heard: (frame: Frame) => void;
}

export function useProgram(scene: FaultScene, deed: DeedOf<'door-program'>): void {
  const node = scene.node(deed.node);
  let end: ProgramEnd | undefined;
  let asking: Asking | undefined;
  let leaves = false;
  const broke = (): void => {
    end = undefined;
    if (!leaves) scene.world.met('program saw the socket close');
    if (asking !== undefined) node.tellQuestion(asking.question, { what: 'broke' });
    asking = undefined;
  };
  const connect = (): ProgramEnd | undefined => {
    const frames = openFrames((frame) => asking?.heard(frame));
    return node.connect({ data: frames, closed: broke });
  };
  const asked = (index: number): void => {
    const incarnation = node.host()?.incarnation ?? 0;
    const request = { type: 'program', command: deed.command } as const;
    const question: Question = { node: node.name, incarnation, request, at: scene.world.timeline.now() };
    const heard = (frame: Frame): void => {
      if (!isLast(node, deed.command, frame)) return;
      asking = undefined;
      const { command, text } = frame;
      node.tellQuestion(question, { what: 'answered', reply: { type: 'program', command, text } });
      if (deed.command === 'sendsync') enrolled(scene, node, nameOf(scene, index), text);
    };
    asking = { question, heard };
    node.tellQuestion(question, { what: 'asked' });
  };
  scene.repeat(deed.times, deed.everyMs, (index) => {
    if (asking !== undefined) return;
    end ??= connect();
    const to = end;
    if (to === undefined) return;
    say(scene, to, frameOf(index + 1, deed.command, payloadOf(scene, node, deed.command, index)), deed.piece, () => {
      // It may be gone meanwhile, and another may have been asked.
      if (end === to && asking === undefined) asked(index);
    });
  });
  scene.world.timeline.after(deed.times * deed.everyMs + patienceMs, 'program leaves', () => {
    leaves = true;
    end?.close();
  });
}

/** `said`: right before the last piece. */
function say({ world }: FaultScene, end: ProgramEnd, bytes: Uint8Array, piece: number, said: () => void): void {
  const next = (at: number): void => {
    if (at + piece >= bytes.length) said();
    end.write(bytes.subarray(at, at + piece));
    if (at + piece < bytes.length) world.timeline.after(betweenMs, 'program goes on', () => next(at + piece));
  };
  next(0);
}

/** A worker first says that it asks its master. */
const isLast = ({ role }: SimNode, command: string, frame: Frame): boolean =>
  role === 'master' || !['get_nodes', 'get_health'].includes(command) || frame.command !== 'ok';

const nameOf = ({ id }: FaultScene, index: number): string => `prog-${id}.${index}`;

function payloadOf(scene: FaultScene, node: SimNode, command: string, index: number): string {
  switch (command) {
    case 'get_nodes':
      return scene.dice.pick(['{}', '{"limit":1}', '{"filter_type":"worker"}', 'no json']);
    case 'get_health':
      return scene.dice.pick(['null', '["worker1"]', '{}']);
    case 'sendsync':
      return JSON.stringify({ daemon_name: 'authd', message: syncOf(scene, node, nameOf(scene, index)) });
    default:
      return 'text';
  }
}

/** Where no agents are, nobody is added. */
function syncOf(scene: FaultScene, node: SimNode, name: string): object {
  if (populationOf(scene.world) === undefined || node.role === 'master')
    return { function: 'remove', arguments: { id: '999999', purge: false } };
  enrolmentsOf(scene.world).push({ name, node: node.name, outcome: 'waits', answers: 0, id: undefined });
  return { function: 'add', arguments: { name, ip: 'any' } };
}

function enrolled({ world }: FaultScene, node: SimNode, name: string, text: string): void {
  const enrolment = enrolmentsOf(world).find((one) => one.name === name);
  const agents = populationOf(world);
  if (enrolment === undefined || agents === undefined) return;
  enrolment.answers += 1;
  const data = dataOf(text);
  enrolment.outcome = data === undefined ? 'refused' : 'registered';
  if (data === undefined) return;
  enrolment.id = data.id;
  agents.start(agents.add(data, node));
}

interface Given {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly key: string;
}

function dataOf(text: string): Given | undefined {
  try {
    const { error, data } = JSON.parse(text) as { readonly error?: number; readonly data?: Given };
    return error === 0 && data !== undefined ? { ...data, id: Number(data.id) } : undefined;
  } catch {
    return undefined;
  }
}
