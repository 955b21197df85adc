/** `/events`: the journal followed over a real connection, on a clock that moves when told. */
import { request } from 'node:http';
import { type ManualClock, manualClock } from '@muster/actor/testing';
import { usersPath, writeUsers } from '@muster/http-api/users';
import type { EventRow } from '@muster/protocol';
import type { ApiAnswers } from '../src/deps.ts';
import { answers } from './answers.ts';
import { headersFor, openRig, type Rig, reader, until } from './rig.ts';

let rig: Rig;
let clock: ManualClock;
let journal: EventRow[];
let asked: number;

const happened = (kind: EventRow['kind'], subject: string): void => {
  const id = journal.length + 1;
  journal.push({ id, atMs: 1_790_000_000_000 + id, kind, subject, text: `${subject}: ${kind}, see ${rig.root}/logs` });
};

/** Pages of two. */
const events: ApiAnswers['events'] = ({ after, last, kind }) => {
  asked += 1;
  if (last !== undefined) return { type: 'events', rows: journal.slice(-last), next: journal.length, more: false };
  const later = journal.filter(({ id }) => id > (after ?? 0));
  const page = later.slice(0, 2);
  const rows = page.filter((row) => (kind ?? row.kind) === row.kind);
  return { type: 'events', rows, next: page.at(-1)?.id ?? after ?? 0, more: later.length > page.length };
};

const listeners = new Set<() => void>();
const open = async (more: Partial<ApiAnswers> = {}, watched = false): Promise<void> => {
  clock = manualClock();
  journal = [];
  asked = 0;
  const watchEvents = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const sources = { answers: answers({ events, ...more }), ...(watched ? { watchEvents } : {}) };
  rig = await openRig({ clock, sources });
};
afterEach(() => rig.close());

interface Stream {
  readonly status: number;
  readonly text: () => string;
  readonly ids: () => readonly number[];
  readonly ended: () => boolean;
  readonly close: () => void;
}

function follow(path = '/events', auth: string = reader, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port: rig.listening.port, path, agent: false, headers: { ...headersFor(auth), ...headers } },
      (response) => {
        let text = '';
        let ended = false;
        response.on('data', (data: Buffer) => {
          text += data.toString();
        });
        response.on('error', () => {});
        response.on('close', () => {
          ended = true;
        });
        resolve({
          status: response.statusCode ?? 0,
          text: () => text,
          ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
          ended: () => ended,
          close: () => asking.destroy(),
        });
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

test('what happens from now on is told within a look, each event once and in order', async () => {
  await open();
  happened('joined', 'worker1');
  const stream = await follow();
  expect(stream.status).toBe(200);
  await until(() => stream.text().includes('retry:') && asked >= 2);
  happened('lost', 'worker1');
  happened('joined', 'worker1');
  happened('crashed', '/links');
  await clock.advance(500);
  await until(async () => {
    await clock.advance(0);
    return stream.ids().length === 3;
  });
  expect(stream.ids()).toEqual([2, 3, 4]);
  expect(stream.text()).toContain('event: lost\ndata: {"id":2,');
  stream.close();
});

test('where the journal says that it has more, nobody waits for the next look, and nobody is left behind', async () => {
  await open({}, true);
  const stream = await follow();
  await until(() => listeners.size === 1);
  happened('joined', 'worker1');
  for (const listener of [...listeners, ...listeners]) listener();
  await until(() => stream.ids().length === 1);
  expect(stream.ids()).toEqual([1]);
  await until(() => listeners.size === 1);
  stream.close();
  await until(() => listeners.size === 0 && clock.timers() === 0);
});

test('no path of this host is in it', async () => {
  await open();
  const stream = await follow('/events?after=0');
  happened('crashed', '/links');
  await until(async () => {
    await clock.advance(500);
    return stream.ids().length === 1;
  });
  expect(stream.text()).toContain('see R/logs');
  expect(stream.text()).not.toContain(rig.root);
  stream.close();
});

test('a client that comes back misses nothing', async () => {
  await open();
  for (const node of ['a', 'b', 'c', 'd', 'e']) happened('joined', node);
  const stream = await follow('/events?after=1', undefined, { 'last-event-id': '2' });
  await until(async () => {
    await clock.advance(0);
    return stream.ids().length === 3;
  });
  expect(stream.ids()).toEqual([3, 4, 5]);
  stream.close();
});

test('one kind alone may be followed', async () => {
  await open();
  for (const node of ['a', 'b', 'c']) {
    happened('joined', node);
    happened('lost', node);
  }
  const stream = await follow('/events?after=0&kind=lost');
  await until(async () => {
    await clock.advance(0);
    return stream.ids().length === 3;
  });
  expect(stream.ids()).toEqual([2, 4, 6]);
  stream.close();
  expect((await rig.get('/events?kind=nothing')).status).toBe(400);
});

test('several kinds may be followed, with commas', async () => {
  await open();
  for (const kind of ['joined', 'lost', 'synced', 'joined'] as const) happened(kind, 'a');
  const stream = await follow('/events?after=0&kind=joined,lost');
  await until(async () => {
    await clock.advance(0);
    return stream.ids().length === 3;
  });
  expect(stream.ids()).toEqual([1, 2, 4]);
  stream.close();
});

test('a silent stream gives a sign of life', async () => {
  await open();
  const stream = await follow();
  await until(async () => {
    await clock.advance(500);
    return stream.text().includes(': still here');
  });
  stream.close();
});

test('so many may follow, one more is told to come back, and a place is free when one goes', async () => {
  await open();
  const [first, second] = [await follow(), await follow()];
  const { status, headers } = await rig.get('/events');
  expect([status, headers['retry-after']]).toEqual([503, '10']);
  first.close();
  await until(async () => {
    const next = await follow();
    next.close();
    return next.status === 200;
  });
  second.close();
});

test('nobody follows the journal for a client that is gone', async () => {
  await open();
  const stream = await follow();
  await until(() => asked >= 2);
  stream.close();
  await until(() => clock.timers() === 0);
});

test('a stream ends with its token, and with its user', async () => {
  await open();
  const [byToken, byPassword] = [await follow('/events', await rig.token()), await follow('/events')];
  await writeUsers(usersPath(rig.root), [], rig.root);
  await until(async () => {
    await clock.advance(1_000);
    return byToken.ended() && byPassword.ended();
  });
});

test('a journal that cannot be read ends the stream, and the client asks again', async () => {
  let broken = false;
  await open({
    events: (query) => {
      if (broken) throw new Error('broken');
      return events(query);
    },
  });
  const stream = await follow();
  broken = true;
  await until(async () => {
    await clock.advance(500);
    return stream.ended();
  });
});
