import * as fs from 'node:fs';
import { join } from 'node:path';
import { openClientKeys } from '../../src/keys/keys-view.ts';
import { cleanUp, disk, key, keysText, newRoot, put } from '../rig.ts';

afterAll(cleanUp);

const two = keysText(['001', 'a'], ['002', 'b', '10.0.0.2']);

describe('the view of client.keys', () => {
  it('tells what came and what went, and who the gone were', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', two);
    const { view, first } = await openClientKeys(disk, root);
    expect([first.changed, first.added, view.size, view.known()]).toEqual([true, [1, 2], 2, true]);
    expect(await view.refresh()).toMatchObject({ changed: false, added: [], removed: [] });
    put(root, 'etc/client.keys', `${keysText(['001', 'a'], ['007', 'c'])}003 !old any ${key()}\n`);
    const version = view.version();
    expect(await view.refresh()).toMatchObject({ changed: true, added: [7], removed: [2] });
    expect([view.version() > version, view.has(2), view.highestId()]).toEqual([true, false, 7]);
    expect([view.gone(2), view.gone(3), view.gone(1)]).toEqual([
      [{ id: 2, name: 'b', ip: '10.0.0.2' }],
      [{ id: 3, name: 'old', ip: 'any' }],
      [],
    ]);
  });

  it('tells of an id that another agent has now as of one that went and one that came', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', two);
    const { view } = await openClientKeys(disk, root);
    put(root, 'etc/client.keys', keysText(['001', 'a'], ['002', 'c']));
    expect(await view.refresh()).toMatchObject({ changed: true, added: [2], removed: [2], replaced: [2] });
    expect([view.has(2), view.replaced(2), view.replaced(1)]).toEqual([true, true, false]);
    expect([view.gone(1), view.gone(2)]).toEqual([[], [{ id: 2, name: 'b', ip: '10.0.0.2' }]]);
    put(root, 'etc/client.keys', keysText(['001', 'a']));
    expect(await view.refresh()).toMatchObject({ removed: [2], replaced: [] });
    expect([view.replaced(2), view.gone(2).map(({ name }) => name)]).toEqual([false, ['b', 'c']]);
  });

  it('takes the one who had the id last, and is back, for the same, and remembers those before', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', two);
    const { view } = await openClientKeys(disk, root);
    for (const name of ['c', '', 'c']) {
      put(root, 'etc/client.keys', name === '' ? keysText(['001', 'a']) : keysText(['001', 'a'], ['002', name]));
      await view.refresh();
    }
    expect([view.replaced(2), view.gone(2).map(({ name }) => name)]).toEqual([false, ['b']]);
    put(root, 'etc/client.keys', keysText(['001', 'a'], ['002', 'b', '10.0.0.2']));
    expect(await view.refresh()).toMatchObject({ added: [2], removed: [2], replaced: [2] });
    expect([view.replaced(2), view.gone(2).map(({ name }) => name)]).toEqual([true, ['c']]);
  });

  it('remembers the last ten who had an id', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', '');
    const { view } = await openClientKeys(disk, root);
    const names = Array.from({ length: 13 }, (_, at) => `n${at}`);
    for (const name of names) {
      put(root, 'etc/client.keys', keysText(['001', name]));
      await view.refresh();
    }
    expect(view.gone(1).map(({ name }) => name)).toEqual(names.slice(2, 12));
  });

  it('takes an agent with another address or another key for the same', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', two);
    const { view } = await openClientKeys(disk, root);
    put(root, 'etc/client.keys', `001 a 10.0.0.1 ${key(9)}\n002 b any ${key(8)}\n`);
    expect(await view.refresh()).toMatchObject({ changed: true, added: [], removed: [], replaced: [] });
    expect(view.of(1)?.ip).toBe('10.0.0.1');
    expect(view.gone(1)).toEqual([{ id: 1, name: 'a', ip: 'any' }]);
  });

  it.each([
    ['is cut mid-line', 'cut-short', (path: string) => fs.writeFileSync(path, two.slice(0, -40))],
    ['vanishes', 'ENOENT', (path: string) => fs.rmSync(path)],
    [
      'is a directory',
      'NOT_A_FILE',
      (path: string) => {
        fs.rmSync(path);
        fs.mkdirSync(path);
      },
    ],
    [
      'is a symlink',
      'ELOOP',
      (path: string) => {
        fs.renameSync(path, `${path}.real`);
        fs.symlinkSync('client.keys.real', path);
      },
    ],
  ])('keeps what it knew when the file %s, says so each time, and goes on when it is whole', async (_, code, spoil) => {
    const root = newRoot();
    const path = join(root, 'etc/client.keys');
    put(root, 'etc/client.keys', two);
    const { view } = await openClientKeys(disk, root);
    spoil(path);
    for (let turn = 0; turn < 2; turn++) {
      const { changed, trouble } = await view.refresh();
      expect([changed, trouble?.code, trouble?.at]).toEqual([false, code, 'etc/client.keys']);
      expect(trouble?.text).toContain('the agents that it named last stay');
    }
    expect([view.size, view.has(2), view.known()]).toEqual([2, true, true]);
    fs.rmSync(path, { recursive: true, force: true });
    put(root, 'etc/client.keys', keysText(['001', 'a']));
    expect(await view.refresh()).toMatchObject({ changed: true, removed: [2] });
    expect((await view.refresh()).trouble).toBeUndefined();
  });

  it('knows nobody, and says that it knows nothing, until it could be read whole once', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', two.slice(0, -40));
    const { view, first } = await openClientKeys(disk, root);
    expect([view.known(), view.size, first.trouble?.code]).toEqual([false, 0, 'cut-short']);
    expect(first.trouble?.text).toContain('until it can be read no agent is known');
    put(root, 'etc/client.keys', two);
    expect(await view.refresh()).toMatchObject({ changed: true, added: [1, 2] });
    expect(view.known()).toBe(true);
  });

  it('takes a file that never was for no agents, unless its directory is missing too', async () => {
    const [empty, bare] = [newRoot(), newRoot()];
    fs.rmdirSync(join(bare, 'etc'));
    const [one, other] = [await openClientKeys(disk, empty), await openClientKeys(disk, bare)];
    expect([one.view.known(), one.first.trouble]).toEqual([true, undefined]);
    expect([other.view.known(), other.first.trouble?.code]).toEqual([false, 'ENOENT']);
  });

  it('names faulty lines once, when it reads them', async () => {
    const root = newRoot();
    put(root, 'etc/client.keys', `${two}bad\n`);
    const { view, first } = await openClientKeys(disk, root);
    expect(first.faults).toMatchObject([{ at: 'etc/client.keys:3', code: 'no-fields' }]);
    expect((await view.refresh()).faults).toEqual([]);
  });
});
