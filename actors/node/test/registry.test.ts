import fc from 'fast-check';
import {
  type Change,
  type Claim,
  claimed,
  dropped,
  ended,
  opened,
  probed,
  type Registry,
  registryOf,
} from '../src/registry.ts';

type Link = string;
const claim = (id: number, name = 'w1', address = `10.0.0.${id}:4000`): Claim => ({ id, name, address });
type Move = (registry: Registry<Link>) => Change<Link> | undefined;

const claims =
  (id: number, at = 0, name = 'w1'): Move =>
  (registry) =>
    claimed(registry, claim(id, name), 'master', at);
const opens =
  (id: number, at = 0): Move =>
  (registry) =>
    opened(registry, id, `link${id}`, at);
const drops =
  (id: number): Move =>
  (registry) =>
    dropped(registry, id, 0);
const probes =
  (alive: boolean, at = 0): Move =>
  (registry) =>
    probed(registry, 'w1', alive, at);
const ends =
  (id: number): Move =>
  (registry) =>
    ended(registry, `link${id}`, 0);

/** What all of `moves` ask for, as `welcome 1`, `refuse 2 name-taken`, `probe w1`, `replace link1`. */
function told(...moves: readonly Move[]): readonly string[] {
  let registry: Registry<Link> = new Map();
  return moves.flatMap((move) => {
    const change = move(registry);
    registry = change?.registry ?? registry;
    return (change?.effects ?? []).map((effect) => {
      if (effect.type === 'probe') return `probe ${effect.name}`;
      if (effect.type === 'replace') return `replace ${effect.link}`;
      return effect.verdict.accept ? `welcome ${effect.claim.id}` : `refuse ${effect.claim.id} ${effect.verdict.code}`;
    });
  });
}

describe('the registry', () => {
  const cases: readonly [name: string, moves: readonly Move[], told: readonly string[]][] = [
    ['welcomes who asks for a free name', [claims(1)], ['welcome 1']],
    ['welcomes two names side by side', [claims(1), claims(2, 0, 'w2')], ['welcome 1', 'welcome 2']],
    ['never gives the name of the master away', [claims(1, 0, 'master')], ['refuse 1 name-is-masters']],
    ['a second of the same name waits while the first is greeted', [claims(1), claims(2)], ['welcome 1']],
    ['once the first is open it is probed', [claims(1), claims(2), opens(1)], ['welcome 1', 'probe w1']],
    ['an open holder is probed when somebody wants its name', [claims(1), opens(1), claims(2)], ['welcome 1', 'probe w1']],
    ['it is probed once for all who wait', [claims(1), opens(1), claims(2), claims(3)], ['welcome 1', 'probe w1']],
    ['a holder that lives keeps its name', [claims(1), opens(1), claims(2), claims(3), probes(true)], ['welcome 1', 'probe w1', 'refuse 2 name-taken', 'refuse 3 name-taken']],
    ['a dead holder is replaced, its successor welcome once its link has closed', [claims(1), opens(1), claims(2), probes(false), ends(1)], ['welcome 1', 'probe w1', 'replace link1', 'welcome 2']],
    ['a third waits too while the dead one leaves', [claims(1), opens(1), claims(2), probes(false), claims(3)], ['welcome 1', 'probe w1', 'replace link1']],
    ['the successor is not welcome before', [claims(1), opens(1), claims(2), probes(false)], ['welcome 1', 'probe w1', 'replace link1']],
    ['who still waits has the successor probed', [claims(1), opens(1), claims(2), claims(3), probes(false), ends(1), opens(2)], ['welcome 1', 'probe w1', 'replace link1', 'welcome 2', 'probe w1']],
    ['a link that closes by itself frees its name', [claims(1), opens(1), ends(1), claims(2)], ['welcome 1', 'welcome 2']],
    ['a holder whose link closes during its probe is succeeded', [claims(1), opens(1), claims(2), ends(1), probes(true)], ['welcome 1', 'probe w1', 'welcome 2']],
    ['a greeting that fails frees the name for the next', [claims(1), claims(2), drops(1)], ['welcome 1', 'welcome 2']],
    ['one that hangs up while it waits gets nothing', [claims(1), opens(1), claims(2), drops(2), probes(false)], ['welcome 1', 'probe w1']],
    ['a link that opens after its greeting was dropped is not taken', [claims(1), drops(1), opens(1), claims(2)], ['welcome 1', 'welcome 2']],
    ['eight wait for one name', [claims(1), ...[2, 3, 4, 5, 6, 7, 8, 9].map((id) => claims(id))], ['welcome 1']],
    ['the ninth is refused at once', [claims(1), ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => claims(id))], ['welcome 1', 'refuse 10 name-taken']],
  ]; // biome-ignore format: one case, one line
  it.each(cases)('%s', (_name, moves, expected) => expect(told(...moves)).toEqual(expected));

  it('tells the refused who holds the name since when', () => {
    const held = registryOf([{ link: 'link1', name: 'worker1', address: '10.0.0.7:4123', since: 1_000 }]);
    const asked = claimed(held, claim(2, 'worker1'), 'master', 13_900);
    const { effects } = probed(asked.registry, 'worker1', true, 13_900);
    expect(effects).toMatchObject([
      {
        verdict: {
          accept: false,
          code: 'name-taken',
          text: 'worker1 is already linked from 10.0.0.7:4123 since 12 s: give one of the two another <node_name>',
        },
      },
    ]);
  });

  it('never holds two links of one name', () => {
    const move = fc.record({
      kind: fc.constantFrom('claim', 'open', 'drop', 'alive', 'dead', 'end'),
      id: fc.integer({ min: 1, max: 6 }),
      name: fc.constantFrom('w1', 'w2'),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120, size: 'max' }), (moves) => {
        let registry: Registry<Link> = new Map();
        let ids = 0;
        /** What the world has: greetings that were told welcome, and links that are open, by name. */
        const owners = new Map<number, string>();
        const names = new Map<number, string>();
        const take = (change: Change<Link> | undefined): void => {
          if (change === undefined) return;
          registry = change.registry;
          for (const effect of change.effects) {
            if (effect.type === 'verdict' && effect.verdict.accept) owners.set(effect.claim.id, effect.claim.name);
          }
        };
        for (const { kind, id: back, name } of moves) {
          const id = Math.max(1, ids - back + 1);
          if (kind === 'claim') {
            ids++;
            names.set(ids, name);
            take(claimed(registry, claim(ids, name), 'master', 0));
          } else if (kind === 'open' && owners.has(id)) {
            take(opened(registry, id, `link${id}`, 0));
          } else if (kind === 'drop' && [...registry.values()].every(({ holder }) => holder.link !== `link${id}`)) {
            owners.delete(id);
            take(dropped(registry, id, 0));
          } else if (kind === 'alive' || kind === 'dead') {
            take(probed(registry, name, kind === 'alive', 0));
          } else if (kind === 'end' && [...registry.values()].some(({ holder }) => holder.link === `link${id}`)) {
            owners.delete(id);
            take(ended(registry, `link${id}`, 0));
          }
          expect(new Set(owners.values()).size).toBe(owners.size);
        }
      }),
    );
  });
});
