import { casesOf } from '../src/fates.ts';
import type { Member, SeenServer } from '../src/index.ts';
import { type Around, initialState, type Known, type State } from '../src/state.ts';
import { defaults, member } from './rig.ts';

const around: Around = { now: 1_000_000, config: defaults, means: { move: 'cut', weights: true } };
const place = '10.0.0.1 1514';
const looked: Known = { checked: { wanted: place, seen: place, moved: false } };

const seen = (name: string, more: Partial<SeenServer> = {}): SeenServer => ({
  name,
  address: `10.0.0.${name.slice(1)}`,
  port: 1514,
  weight: 100,
  admin: 'ready',
  health: 'up',
  sessions: 5,
  changedMs: 0,
  ...more,
});
const stateOf = (members: readonly Member[], servers: readonly SeenServer[], known: Record<string, Known>): State => ({
  ...initialState(0),
  members: new Map(members.map((one) => [one.name, one])),
  servers,
  known: new Map(Object.entries(known)),
});

/** `admin health` of a server, `standing` of its node: what becomes of it beside another that takes agents. */
function fateOf(server: Partial<SeenServer>, node: Partial<Member> | undefined, known: Known = looked): string {
  const members = [member('w2'), ...(node ? [member('w1', node)] : [])];
  const servers = [seen('w1', server), seen('w2')];
  const [one] = casesOf(stateOf(members, servers, { w1: known, w2: looked }), around);
  return `${one?.fate} ${one?.wish}`;
}

const longAgo = around.now - defaults.removeAfterMs;
const moved: Known = { checked: { wanted: place, seen: '10.7.7.7 1514', moved: true } };

describe('what becomes of a server', () => {
  const cases: readonly [name: string, server: Partial<SeenServer>, node: Partial<Member> | undefined, is: string, known?: Known][] = [
    ['up and ready: it stays so', {}, {}, 'serve ready'],
    ['up, and HAProxy sees it down: it stays ready, HAProxy sends nobody there', { health: 'down' }, {}, 'serve ready'],
    ['up, drained, its check is good: ready', { admin: 'drain' }, {}, 'serve ready'],
    ['up, drained, not looked at yet: not before', { admin: 'drain' }, {}, 'serve drain', {}],
    ['up, drained, its first check runs: not before it is over', { admin: 'drain', health: 'checking' }, {}, 'serve drain'],
    ['up, drained, its check fails: not before it is good', { admin: 'drain', health: 'down' }, {}, 'serve drain'],
    ['up, drained, without checks: ready at once', { admin: 'drain', health: 'unchecked' }, {}, 'serve ready'],
    ['up, in maintenance: through drain, where its checks speak', { admin: 'maint' }, {}, 'serve drain'],
    ['suspect: no new agents, nobody is ended', {}, { standing: 'suspect' }, 'pause drain'],
    ['down, HAProxy sees it up: its agents may be well', {}, { standing: 'down' }, 'pause drain'],
    ['down long, HAProxy sees it up: the same', {}, { standing: 'down', since: longAgo }, 'pause drain'],
    ['down, HAProxy sees it down: its agents go', { health: 'down' }, { standing: 'down', since: longAgo + 1 }, 'dead drain'],
    ['down long enough for both: removed', { health: 'down' }, { standing: 'down', since: longAgo }, 'leave maint'],
    ['down, without checks: its agents may be well', { health: 'unchecked' }, { standing: 'down', since: longAgo + 1 }, 'pause drain'],
    ['down long enough, without checks: removed', { health: 'unchecked' }, { standing: 'down', since: longAgo }, 'leave drain'],
    ['left: drained first', {}, { standing: 'left' }, 'leave drain'],
    ['left, drained, agents there: they go first', { admin: 'drain' }, { standing: 'left' }, 'leave drain'],
    ['left, drained, empty: into maintenance', { admin: 'drain', sessions: 0 }, { standing: 'left' }, 'leave maint'],
    ['left and dead: into maintenance at once', { health: 'down' }, { standing: 'left' }, 'leave maint'],
    ['excluded: drained first', {}, { standing: 'excluded' }, 'leave drain'],
    ['drained by an operator: stays', { admin: 'drain', sessions: 0 }, { standing: 'drained' }, 'rest drain'],
    ['drained by an operator and made ready by hand: drained', {}, { standing: 'drained' }, 'rest drain'],
    ['at another address than its node: leaves', { address: '10.7.7.7' }, {}, 'leave drain', moved],
    ['its verdict was of another address: not yet', { address: '10.6.6.6' }, {}, 'serve ready', moved],
    ["nobody's and up: kept", {}, undefined, 'stranger ready', {}],
    ["nobody's, up and drained: ready, for nobody asked for it", { admin: 'drain' }, undefined, 'stranger ready', {}],
    ["nobody's, in maintenance: an operator's matter", { admin: 'maint' }, undefined, 'stranger maint', {}],
    ["nobody's and down: kept for its time", { health: 'down', changedMs: defaults.removeAfterMs - 1 }, undefined, 'stranger ready', {}],
    ["nobody's and down for its time: removed", { health: 'down', changedMs: defaults.removeAfterMs }, undefined, 'leave maint', {}],
    ["nobody's, being removed: HAProxy's clock began anew, ours did not", { health: 'down', admin: 'maint' }, undefined, 'leave maint', { asked: 'maint' }],
    ['down, being removed: whatever HAProxy says of its health', { health: 'up', admin: 'maint' }, { standing: 'down', since: longAgo }, 'leave maint', { asked: 'maint' }],
    ['back while it was being removed: through drain', { admin: 'maint', sessions: 0 }, {}, 'serve drain', { ...looked, asked: 'maint' }],
  ]; // biome-ignore format: one case, one line
  it.each(cases)('%s', (_name, server, node, is, known = node ? looked : {}) =>
    expect(fateOf(server, node, known)).toBe(is),
  );
});

/** `name standing admin health` of each; who is to be ready. */
function ready(...lines: readonly string[]): string {
  const words = lines.map((line) => line.split(' ')) as [
    string,
    Member['standing'],
    SeenServer['admin'],
    SeenServer['health'],
  ][];
  const members = words.map(([name, standing]) => member(name, { standing, since: around.now }));
  const servers = words.map(([name, , admin, health]) => seen(name, { admin, health }));
  const known = Object.fromEntries(
    words.map(([name]) => [
      name,
      { checked: { wanted: `10.0.0.${name.slice(1)} 1514`, seen: `10.0.0.${name.slice(1)} 1514`, moved: false } },
    ]),
  );
  const cases = casesOf(stateOf(members, servers, known), around);
  return cases.flatMap(({ server, wish }) => (wish === 'ready' ? [server.name] : [])).join(' ');
}

describe('never no server at all', () => {
  it.each([
    ['who is silent goes while another can take agents', ['w1 up ready up', 'w2 suspect ready up'], 'w1'],
    ['all are silent: all stay', ['w1 suspect ready up', 'w2 suspect ready up'], 'w1 w2'],
    ['silent before down', ['w1 down ready up', 'w2 suspect ready up'], 'w2'],
    ['down before left', ['w1 left ready up', 'w2 down ready up'], 'w2'],
    ['who left stays for want of another', ['w1 left ready up', 'w2 up drain checking'], 'w1'],
    ['and goes when the other is there', ['w1 left ready up', 'w2 up ready up'], 'w2'],
    ['who was drained for being silent is ready again', ['w1 suspect drain up', 'w2 up ready down'], 'w1 w2'],
    ['whom HAProxy sees down would take nobody', ['w1 suspect ready down', 'w2 down ready up'], 'w2'],
    ['an operator may empty the last', ['w1 drained ready up'], ''],
    ['and exclude the last', ['w1 excluded ready up'], ''],
  ])('%s', (_name, lines, is) => expect(ready(...lines)).toBe(is));
});
