import { tell } from '../src/index.ts';
import { settle, testSystem } from '../src/testing.ts';
import { call, fault, forever, note, probe } from './rig.ts';

describe('giving up', () => {
  const intensity = { maxRestarts: 1, withinMs: 60_000 };

  it('at the root stops every actor in good order, then says so once', async () => {
    const lines: string[] = [];
    const { root, giveUps, crashes, inspect } = testSystem({ supervision: { intensity } });
    const a = root.spawn(probe('a', lines));
    root.spawn(probe('b', lines));
    tell(a, fault);
    tell(a, fault);
    await settle();
    expect(crashes.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual(['/a restart', '/a give-up', '/ give-up']);
    expect(lines).toEqual(['a+', 'b+', 'a+', 'b-']);
    expect(giveUps).toEqual([
      expect.stringContaining('/a crashed beyond the 1 restarts granted within 60000 ms: Error: told to'),
    ]);
    expect(inspect()).toMatchObject([{ path: '/', status: 'stopped' }]);
  });

  it('of a nested supervisor is one crash in its parent, which starts the whole subtree again, dynamic children too', async () => {
    const lines: string[] = [];
    const system = testSystem();
    const links = system.root.supervise('links', { intensity });
    const other = system.root.spawn(probe('other', lines));
    const a = links.spawn(probe('a', lines));
    links.spawn(probe('b', lines));
    const inner = links.supervise('inner');
    const deep = inner.spawn(probe('deep', lines));
    tell(a, fault);
    tell(a, fault);
    tell(a, note('kept'));
    await settle();
    expect(lines).toEqual(['other+', 'a+', 'b+', 'deep+', 'a+', 'deep-', 'b-', 'a+', 'b+', 'deep+', 'a kept 0']);
    tell(deep, note('x'));
    tell(other, note('x'));
    await settle();
    expect(lines.slice(-2)).toEqual(['deep x 0', 'other x 0']);
    expect(system.crashes.map(({ path, outcome }) => `${path} ${outcome}`)).toEqual([
      '/links/a restart',
      '/links/a give-up',
      '/links restart',
    ]);
    expect(system.giveUps).toEqual([]);
  });

  it('starts the children in order again even when the first fails once more', async () => {
    const lines: string[] = [];
    const { root } = testSystem();
    const nested = root.supervise('nested', { strategy: 'one-for-all', intensity });
    let starts = 0;
    const init = (): number => {
      lines.push(++starts === 3 ? 'a fails' : 'a+');
      if (starts === 3) throw new Error('not yet');
      return 0;
    };
    const a = nested.spawn(probe('a', lines, { init }));
    nested.spawn(probe('b', lines));
    tell(a, fault);
    tell(a, fault);
    await settle();
    expect(lines).toEqual(['a+', 'b+', 'b-', 'a+', 'b+', 'b-', 'a fails', 'a+', 'b+']);
  });

  it('is overtaken by a stop that is asked for meanwhile', async () => {
    const { root, stop, clock, giveUps, inspect } = testSystem({
      supervision: { intensity: { maxRestarts: 0, withinMs: 1 } },
    });
    const a = root.spawn(probe('a', []));
    tell(
      root.spawn(probe('b', [])),
      call((scope) => scope.run(forever, note, () => fault)),
    );
    tell(a, fault);
    await settle();
    expect(inspect()[0]).toMatchObject({ status: 'ending' });
    const stopping = stop();
    await clock.advance(5_000);
    await stopping;
    await settle();
    expect(giveUps).toEqual([]);
    expect(inspect()).toMatchObject([{ path: '/', status: 'stopped' }]);
  });

  it('climbs to the root when the parents have no budget left either', async () => {
    const { root, giveUps } = testSystem({ supervision: { intensity: { maxRestarts: 0, withinMs: 1 } } });
    const a = root.supervise('one').supervise('two').spawn(probe('a', []));
    tell(a, fault);
    await settle();
    expect(giveUps).toHaveLength(1);
    expect(giveUps[0]).toContain('/one/two/a');
  });
});
