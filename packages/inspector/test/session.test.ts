import { manualClock } from '@muster/actor/testing';
import { ControlError } from '@muster/control';
import { openSession } from '../src/session.ts';
import { Stopped } from '../src/waiting.ts';
import { double } from './double.ts';

const patient = { stop: new AbortController().signal, patienceMs: Number.POSITIVE_INFINITY };
const hasty = { ...patient, patienceMs: 0 };

function rig(node = double(), first?: string) {
  const notices: string[] = [];
  const clock = manualClock();
  const session = openSession({ open: node.open, clock, notice: (text) => notices.push(text) }, first);
  return { node, clock, session, notices };
}
const tree = (session: ReturnType<typeof rig>['session'], wait = hasty) => session.view((at) => at.tree(), wait);
/** The code of the error, or the value. */
const codeOf = (work: Promise<unknown>) =>
  work.then(
    (value) => value,
    (error) => (error instanceof ControlError ? error.code : error),
  );

it('a session opens one connection, and asks the node that is looked at', async () => {
  const { node, session } = rig();
  await Promise.all([tree(session), tree(session)]);
  session.look('worker1');
  await tree(session);
  session.look('zeus');
  await tree(session);
  expect(node.openConnections()).toBe(1);
  expect(node.asked).toEqual(['zeus health', 'zeus tree', 'zeus tree', 'worker1 tree', 'zeus tree']);
  session.close();
  expect(node.openConnections()).toBe(0);
});

it('the node that is connected to is not asked through itself, though it is named', async () => {
  const { node, session } = rig(double(), 'zeus');
  await tree(session);
  expect(session.node()).toBe('zeus');
  expect(node.asked.at(-1)).toBe('zeus tree');
});

it('a connection that broke is opened again without a word, where the process is the same', async () => {
  const { node, session, notices } = rig();
  await tree(session);
  node.cut();
  expect(await tree(session)).toHaveLength(7);
  expect(notices).toEqual([]);
});

it('a node that is a new process is told of', async () => {
  const { node, session, notices } = rig();
  await tree(session);
  node.lose();
  node.begin(123);
  await tree(session);
  expect(notices).toEqual(['connected again: pid 123, up 3 min']);
});

it('a lost node is waited for, ever more rarely, and both are said once', async () => {
  const { node, clock, session, notices } = rig();
  await tree(session);
  node.lose();
  const answer = tree(session, patient);
  await clock.advance(60_000);
  expect(notices).toEqual(['lost the node; trying again…']);
  node.begin(7);
  await clock.advance(5_000);
  expect(await answer).toHaveLength(7);
  expect(notices).toEqual(['lost the node; trying again…', 'connected again: pid 7, up 3 min']);
});

it('who has no patience is told at once', async () => {
  const { node, session } = rig();
  node.lose();
  expect(await codeOf(tree(session))).toBe('not-running');
});

it('patience has an end', async () => {
  const { node, clock, session } = rig();
  node.lose();
  const answer = codeOf(tree(session, { ...patient, patienceMs: 3_000 }));
  await clock.advance(3_000);
  expect(await answer).toBe('not-running');
});

it('Ctrl-C ends the wait for a lost node, and for an answer', async () => {
  const { node, session } = rig(double({ tree: () => new Promise(() => {}) }));
  const stop = new AbortController();
  const waiting = tree(session, { ...patient, stop: stop.signal });
  node.lose();
  stop.abort();
  await expect(waiting).rejects.toThrow(Stopped);
  await expect(tree(session, { ...patient, stop: stop.signal })).rejects.toThrow(Stopped);
});

it('a node that is silent is told of in under 2 s, and its connection is not used again', async () => {
  let silent = true;
  const { node, clock, session } = rig(double({ tree: () => (silent ? new Promise(() => {}) : Promise.resolve([])) }));
  const answer = codeOf(tree(session, patient));
  await clock.advance(1_799);
  silent = false;
  await clock.advance(1);
  expect(await answer).toBe('timeout');
  expect(node.openConnections()).toBe(0);
  expect(await tree(session)).toEqual([]);
});

it('a node whose connections open and break is given up, not hammered', async () => {
  const node = double({ tree: () => Promise.reject(new ControlError('broken', 'closed')) });
  const { session } = rig(node);
  expect(await codeOf(tree(session, patient))).toBe('broken');
  expect(node.asked.filter((words) => words === 'zeus tree')).toHaveLength(3);
});

it('what the node refuses is told to the asker', async () => {
  const node = double({ tree: () => Promise.reject(new ControlError('no-such-node', 'There is no node x.')) });
  expect(await codeOf(tree(rig(node).session, patient))).toBe('no-such-node');
});

it('an order whose connection broke is not given again', async () => {
  const node = double({ crash: () => Promise.reject(new ControlError('broken', 'closed.')) });
  const { session } = rig(node);
  const error = await session.order((at) => at.crash('/a'), patient).catch((caught: ControlError) => caught);
  expect(error).toMatchObject({
    code: 'broken',
    message: 'closed. Whether it was done is not known: look before you order it again.',
  });
  expect(node.asked.filter((words) => words.includes('crash'))).toEqual(['zeus crash /a']);
});

it('an order is given on a connection that has just answered', async () => {
  const { node, session } = rig();
  await tree(session);
  node.cut();
  await session.order((at) => at.crash('/a'), patient);
  expect(node.asked.filter((words) => words.includes('crash'))).toEqual(['zeus crash /a']);
});

it('a connection that opens too late is closed', async () => {
  const node = double();
  const clock = manualClock();
  let open = (): void => {};
  const waits = new Promise<void>((resolve) => {
    open = resolve;
  });
  const session = openSession({ open: () => waits.then(node.open), clock, notice: () => {} });
  const answer = codeOf(tree(session));
  await clock.advance(2_000);
  expect(await answer).toBe('timeout');
  open();
  await clock.advance(0);
  expect(node.openConnections()).toBe(0);
});
