import type { LocalReply, LocalRequest } from '@muster/control';
import type { EventRow, NodeName } from '@muster/protocol';
import type { Question, Told } from '../../src/happenings.ts';
import { openAnswered, openEventsKept, openHiddenKeys, openMastersOrders } from '../../src/invariants/doors/index.ts';
import { clusterKey } from '../../src/workload/lay-out.ts';
import { openStage, type Stage } from './stage.ts';

const asked = ({ world }: Stage, request: Question['request'], node = 'master'): Question => ({
  ...{ node, incarnation: 1, request, at: world.timeline.now() },
});
const answered = (reply: LocalReply): Told => ({ what: 'answered', reply });
const refused: Told = { what: 'refused', code: 'timeout', text: 'no' };
const worker = 'worker1' as NodeName;
const view: LocalRequest = { type: 'get-tree' };
const order: LocalRequest = { type: 'relay', node: worker, message: { type: 'crash-actor', path: '/file-sync' } };

describe('whoever asks at a door', () => {
  const open = async () => {
    const stage = await openStage();
    return { ...stage, stage, ...openAnswered(stage.world) };
  };

  it('is answered or refused in time', async () => {
    const { stage, told, pass, sampled, violations } = await open();
    const [one, other] = [asked(stage, view), asked(stage, view)];
    told(one, { what: 'asked' });
    told(other, { what: 'asked' });
    pass(2_000);
    told(one, answered({ type: 'done' }));
    told(other, refused);
    pass(60_000);
    sampled();
    expect(violations).toEqual([]);
  });

  it('has reason to complain of an answer that comes late', async () => {
    const { stage, told, pass, violations } = await open();
    const one = asked(stage, view);
    told(one, { what: 'asked' });
    pass(2_001);
    told(one, refused);
    expect(violations).toEqual([expect.stringMatching(/^answered-in-time: master was asked get-tree at .*refused at/)]);
  });

  it('has reason to complain of none at all, but not when the door closed', async () => {
    const { stage, told, pass, sampled, violations } = await open();
    const [one, other] = [asked(stage, view), asked(stage, { type: 'program', command: 'get_nodes' })];
    told(one, { what: 'asked' });
    told(other, { what: 'asked' });
    told(one, { what: 'broke' });
    pass(2_001);
    sampled();
    expect(violations).toEqual([expect.stringMatching(/master was asked get_nodes, by a program .* has said nothing/)]);
  });

  it('waits longer for what is changed, and for a process that stands still', async () => {
    const { stage, master, told, pass, sampled, violations } = await open();
    told(asked(stage, order), { what: 'asked' });
    pass(12_000);
    sampled();
    master.host = () => ({ pausedUntil: () => 20_000 }) as never;
    told(asked(stage, view), { what: 'asked' });
    pass(9_000);
    // The order is late by then.
    sampled();
    expect(violations).toEqual([]);
    pass(1_001);
    sampled();
    expect(violations).toHaveLength(1);
  });

  it('is answered once', async () => {
    const { stage, told, violations } = await open();
    told(asked(stage, view), { what: 'again' });
    expect(violations).toEqual(['answered-in-time: master answered get-tree twice']);
  });
});

describe('events', () => {
  const row = (id: number, text = `event ${id}`): EventRow => ({
    ...{ id, atMs: 1_790_000_000_000, kind: 'joined', subject: 'worker1', text },
  });
  const open = async () => {
    const stage = await openStage();
    const kept = openEventsKept(stage.world);
    const page = (after: number, rows: readonly EventRow[], next: number): void =>
      kept.told(asked(stage, { type: 'get-events', after }), {
        ...answered({ type: 'events', rows: [...rows], next, more: false }),
      });
    return { ...stage, ...kept, page };
  };

  it('are fine while they go on', async () => {
    const { page, violations } = await open();
    page(0, [row(5), row(7)], 7);
    page(7, [row(8)], 8);
    page(0, [row(5), row(7), row(8)], 8);
    expect(violations).toEqual([]);
  });

  it('are wrong when an id is given again', async () => {
    const { page, violations } = await open();
    page(0, [row(5)], 5);
    page(0, [row(5, 'another')], 5);
    expect(violations).toEqual([expect.stringMatching(/^events-grow: event 5 of master was .* and is .*another/)]);
  });

  it('are wrong when one comes after it was passed', async () => {
    const { page, violations } = await open();
    page(0, [row(5), row(7)], 7);
    page(0, [row(5), row(6), row(7)], 7);
    expect(violations).toEqual([expect.stringMatching(/^events-grow: event 6 of master came after 7 was read/)]);
  });

  it('are wrong when ids do not grow', async () => {
    const { page, violations } = await open();
    page(0, [row(7), row(5)], 7);
    expect(violations).toEqual([expect.stringMatching(/^events-grow: master told of events 7, 5/)]);
  });

  it('of another node are judged as its own', async () => {
    const stage = await openStage();
    const kept = openEventsKept(stage.world);
    const ask = (node: string, text: string): void =>
      kept.told(asked(stage, { type: 'relay', node: worker, message: { type: 'get-events' } }, node), {
        ...answered({
          type: 'relayed',
          message: { type: 'events', rows: [row(5, text)], next: 5, more: false },
        }),
      });
    ask('master', 'one');
    ask('worker1', 'another');
    expect(stage.violations).toEqual([expect.stringContaining('event 5 of worker1 was')]);
  });

  it('may be given anew where the store was lost', async () => {
    const { page, master, violations } = await open();
    page(0, [row(5)], 5);
    master.store.tell('removed');
    page(0, [row(5, 'another')], 5);
    expect(violations).toEqual([]);
  });

  it('that the store did not take may go with the process', async () => {
    const { page, master, process, violations } = await open();
    page(0, [row(5)], 5);
    master.store.tell('commit failed');
    page(5, [row(6)], 6);
    process({ node: 'master', incarnation: 1, what: 'killed' });
    page(0, [row(5), row(6, 'another')], 6);
    expect(violations).toEqual([]);
  });
});

test('an answer with the key of the cluster is told', async () => {
  const stage = await openStage();
  const hidden = openHiddenKeys(stage.world);
  hidden(asked(stage, { type: 'program', command: 'get_config' }), {
    ...{ what: 'answered', reply: { type: 'program', command: 'ok', text: '{"key":"*****"}' } },
  });
  expect(stage.violations).toEqual([]);
  hidden(asked(stage, view), { what: 'refused', code: 'x', text: `no: ${clusterKey}` });
  expect(stage.violations).toEqual(["secrets: master answered get-tree with the cluster's key"]);
});

describe('what a master orders', () => {
  const sent = ({ says }: Stage, path: string): void =>
    says('master', 'worker1', {
      ...{ kind: 'ask', id: 1, to: 'control' },
      message: { type: 'relay', node: worker, message: { type: 'crash-actor', path } },
    });
  const open = async () => {
    const stage = await openStage();
    const { listen } = await import('../../src/invariants/sniffer.ts');
    const orders = openMastersOrders(stage.world);
    listen(stage.world, { envelope: orders.envelope, data: () => {} });
    return { ...stage, stage, ...orders };
  };

  it('is fine as often as it was asked for at its own door', async () => {
    const { stage, told, violations } = await open();
    told(asked(stage, order), { what: 'asked' });
    sent(stage, '/file-sync');
    expect(violations).toEqual([]);
    sent(stage, '/file-sync');
    expect(violations).toEqual([expect.stringMatching(/^masters-orders: the master ordered worker1 .*\/file-sync/)]);
  });

  it('is wrong when it was asked for elsewhere', async () => {
    const { stage, told, violations } = await open();
    told(asked(stage, order, 'worker1'), { what: 'asked' });
    sent(stage, '/file-sync');
    expect(violations).toHaveLength(1);
  });
});
