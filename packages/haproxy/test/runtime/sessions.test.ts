import fc from 'fast-check';
import { parseSessions } from '../../src/runtime/sessions.ts';
import { never, scripted } from './rig.ts';

const line26 =
  '0x5603e6e72b0: proto=tcpv4 src=127.0.0.1:51318 fe=agents be=be srv=w1 ts=00 epoch=0 age=1s calls=2 rate=2 cpu=0 lat=0 rq[f=808000h,i=0,an=00h,rx=59m59s,wx=,ax=] rp[f=80008000h,i=0,an=00h,rx=59m59s,wx=,ax=] scf=[8,0h,fd=14] scb=[8,1h,fd=18] exp=4s rc=0 c_exp=';
const lineOther =
  '0x7f762c047510: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0x3 age=0s calls=1 exp=10s rc=0 c_exp=';

describe('the list of sessions', () => {
  it('has an id, a source, a frontend, a backend and a server in each line, wherever they stand', () => {
    const session = { id: '0x5603e6e72b0', source: '127.0.0.1:51318', frontend: 'agents', backend: 'be', server: 'w1' };
    expect(parseSessions(`${line26}\n\n`)).toEqual({ sessions: [session] });
    expect(parseSessions('0x1: be=b new=1 srv=s fe=f src=[::1]:2 age=3\n\n')).toEqual({
      sessions: [{ id: '0x1', source: '[::1]:2', frontend: 'f', backend: 'b', server: 's' }],
    });
    expect(parseSessions('\n')).toEqual({ sessions: [] });
  });

  it('is taken of our backend alone, and without those that wait for a server', async () => {
    const waiting = line26.replace('srv=w1', 'srv=<none>');
    const elsewhere = line26.replace('be=be', 'be=other');
    const { driver } = scripted(() => `${[line26, waiting, elsewhere, lineOther].join('\n')}\n\n`);
    expect(await driver.sessions(never)).toEqual([{ id: '0x5603e6e72b0', source: '127.0.0.1:51318', server: 'w1' }]);
  });

  it.each([
    ['no empty line at its end', `${line26}\n`, /cut short/],
    ['a line that ends early', `${line26}\n0x5603e6e72b0: proto=tcpv4 src=127.0\n\n`, /is no session/],
    ['an id that is none', `${line26.replace('0x5603e6e72b0', '0xzz')}\n\n`, /is no session/],
    ['a command for an id', `${line26.replace('0x5603e6e72b0', '0x1;x')}\n\n`, /is no session/],
    ['HTML', '<p>Hello</p>\n\n', /"<p>Hello<\/p>" is no session/],
    ['the words of an error', 'No such thing.\n\n', /is no session/],
    ['a line of 10 MB', `0x1: ${'x'.repeat(10_000_000)}\n\n`, /^a line has 10000005 characters/],
  ])('with %s is refused', (_what, text, fault) => {
    expect(parseSessions(text)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it('never makes the parser throw, whatever it holds', () => {
    const noise = fc.string({
      unit: fc.constantFrom('0x1: ', ' src=a', ' fe=b', ' be=c', ' srv=d', ';', '\n', '\n\n'),
    });
    fc.assert(
      fc.property(noise, (text) => {
        const parsed = parseSessions(text);
        expect('sessions' in parsed || parsed.fault.length > 0).toBe(true);
      }),
    );
  });
});

/** Sessions by id. Between any two lines agents come and go, and ids are given again at once. */
function openModel(steps: readonly (readonly Change[])[], start: readonly Live[]) {
  const live = new Map(start.map((each) => [each.id, each]));
  const cut: Live[] = [];
  let at = 0;
  const answer = (line: string): string => {
    if (line === 'show sess') {
      const listed = [...live.values()].map(
        ({ id, source, server }) => `${id}: src=${source} fe=f be=be srv=${server}\n`,
      );
      return `${listed.join('')}\n`;
    }
    const said = line.split(';').map((command) => {
      const id = /^shutdown session (0x[0-9a-f]+)$/.exec(command)?.[1] ?? 'broken';
      const victim = live.get(id);
      if (victim === undefined) return "No such session (use 'show sess').\n\n";
      cut.push(victim);
      live.delete(id);
      return '\n';
    });
    for (const { id, source, server } of steps[at++ % Math.max(1, steps.length)] ?? [])
      live.set(id, { id, source, server });
    return said.join('');
  };
  return { answer, cut, live };
}

/** Sessions on `w1`, with the ids 0x1, 0x2, … */
const listOf = (...sources: readonly string[]): string =>
  `${sources.map((source, n) => `0x${n + 1}: src=${source} fe=f be=be srv=w1\n`).join('')}\n`;

/** Ends a session a moment after it was told to: it is in two more lists, and its id is somebody else's right behind the second. */
function openSlowEnd() {
  const cut: string[] = [];
  let source = 'a:1';
  let lists = 0;
  const answer = (line: string): string => {
    if (line !== 'show sess') {
      cut.push(source);
      return '\n';
    }
    const list = listOf(source);
    if (++lists === 2) source = 'a:2';
    return list;
  };
  return { answer, cut };
}

interface Live {
  readonly id: string;
  readonly source: string;
  readonly server: string;
}
type Change = Live;

const live = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map((n) => `0x${n.toString(16)}`),
  source: fc.integer({ min: 1, max: 60 }).map((n) => `10.0.0.1:${n}`),
  server: fc.constantFrom('w1', 'w2'),
});

describe('a cut', () => {
  it('ends only sources that were ordered, on their server, and never goes below what is to be kept', async () => {
    const start = fc.uniqueArray(live, { maxLength: 30, selector: ({ id }) => id });
    const steps = fc.array(fc.array(live, { maxLength: 5 }), { maxLength: 4 });
    const order = fc.record({ sources: fc.uniqueArray(live.map(({ source }) => source)), keep: fc.nat(20) });
    await fc.assert(
      fc.asyncProperty(start, steps, order, async (sessions, changes, { sources, keep }) => {
        const model = openModel(changes, sessions);
        const ended = await scripted(model.answer).driver.cut({ server: 'w1', sources, keep }, never);
        for (const { server, source } of model.cut) {
          expect(server).toBe('w1');
          expect(sources).toContain(source);
          expect(ended).toContain(source);
        }
        const before = sessions.filter(({ server }) => server === 'w1').length;
        expect(model.cut.length).toBeLessThanOrEqual(Math.max(0, before - keep));
      }),
    );
  });

  it('of many lists anew before each line of 200, and tells nobody twice', async () => {
    const sessions = Array.from({ length: 450 }, (_, n) => ({
      id: `0x${(n + 1).toString(16)}`,
      source: `s:${n}`,
      server: 'w1',
    }));
    const model = openModel([], sessions);
    const { driver, lines } = scripted(model.answer);
    const ended = await driver.cut({ server: 'w1', sources: sessions.map(({ source }) => source), keep: 0 }, never);
    expect(ended.length).toBe(450);
    expect(lines.map((line) => (line === 'show sess' ? 'list' : line.split(';').length))).toEqual([
      'list',
      200,
      'list',
      200,
      'list',
      50,
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(8_192);
  });

  it('does not count those that were ended and are listed for another moment', async () => {
    const sessions = Array.from({ length: 300 }, (_, n) => `0x${(n + 1).toString(16)}: src=s:${n} fe=f be=be srv=w1\n`);
    const { driver, lines } = scripted((line) => (line === 'show sess' ? `${sessions.join('')}\n` : '\n'));
    const sources = sessions.map((_, n) => `s:${n}`);
    expect((await driver.cut({ server: 'w1', sources, keep: 80 }, never)).length).toBe(220);
    expect(lines.filter((line) => line !== 'show sess').map((line) => line.split(';').length)).toEqual([200, 20]);
  });

  it('never names again whom an earlier one ended: his id is somebody else’s by the time the line comes', async () => {
    const haproxy = openSlowEnd();
    const { driver } = scripted(haproxy.answer);
    const order = { server: 'w1', sources: ['a:1'], keep: 0 };
    expect(await driver.cut(order, never)).toEqual(['a:1']);
    expect(await driver.cut(order, never)).toEqual([]);
    expect(haproxy.cut).toEqual(['a:1']);
  });

  it('has whom it ended in no list of the sessions, and does not count him for those that are kept', async () => {
    const { driver } = scripted((line) => (line === 'show sess' ? listOf('a:1', 'a:2', 'a:3') : '\n'));
    expect(await driver.cut({ server: 'w1', sources: ['a:1'], keep: 0 }, never)).toEqual(['a:1']);
    expect((await driver.sessions(never)).map(({ source }) => source)).toEqual(['a:2', 'a:3']);
    expect(await driver.cut({ server: 'w1', sources: ['a:1', 'a:2', 'a:3'], keep: 1 }, never)).toEqual(['a:2']);
  });

  it('forgets whom it ended as soon as a list is without him: the same id and address may come again', async () => {
    const lists = [listOf('a:1'), listOf('a:2'), listOf('a:1'), listOf('a:1')];
    const { driver } = scripted((line) => (line === 'show sess' ? lists.shift()! : '\n'));
    await driver.cut({ server: 'w1', sources: ['a:1'], keep: 0 }, never);
    expect(await driver.sessions(never)).toMatchObject([{ source: 'a:2' }]);
    expect(await driver.sessions(never)).toMatchObject([{ source: 'a:1' }]);
    expect(await driver.cut({ server: 'w1', sources: ['a:1'], keep: 0 }, never)).toEqual(['a:1']);
  });

  it('that HAProxy did not answer, or not as it should, may be made again', async () => {
    const said = [new Error('cut off'), 'I will not.\n\n', '\n'];
    const { driver } = scripted((line) => (line === 'show sess' ? listOf('a:1') : said.shift()!));
    const order = { server: 'w1', sources: ['a:1'], keep: 0 };
    await expect(driver.cut(order, never)).rejects.toThrow('cut off');
    await expect(driver.cut(order, never)).rejects.toThrow('I will not.');
    expect(await driver.cut(order, never)).toEqual(['a:1']);
  });

  it('of nobody sends nothing but the list', async () => {
    const { driver, lines } = scripted(() => '\n');
    expect(await driver.cut({ server: 'w1', sources: ['a:1'], keep: 0 }, never)).toEqual([]);
    expect(lines).toEqual(['show sess']);
  });

  it('counts who went by himself as ended, and fails when HAProxy says anything else', async () => {
    const list = '0x1: src=a:1 fe=f be=be srv=w1\n\n';
    const saying = (said: string) => scripted((line) => (line === 'show sess' ? list : said)).driver;
    const order = { server: 'w1', sources: ['a:1'], keep: 0 };
    expect(await saying("No such session (use 'show sess').\n\n").cut(order, never)).toEqual(['a:1']);
    expect(await saying('\n').cut(order, never)).toEqual(['a:1']);
    await expect(saying('I will not.\n\n').cut(order, never)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('"I will not."'),
    });
  });
});
