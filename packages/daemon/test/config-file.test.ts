import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../src/adapters/config-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = () => join(folder, 'ossec.conf');

describe('a file of the configuration', () => {
  it('is read as text, through a symlink too', async () => {
    writeFileSync(join(folder, 'real'), 'zwölf');
    symlinkSync('real', path());
    expect(await readConfigFile(path())).toBe('zwölf');
  });

  it('that is a directory is refused with the code of the system', async () => {
    mkdirSync(path());
    await expect(readConfigFile(path())).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('may be missing', async () => {
    expect(await readConfigFile(path())).toBeUndefined();
  });

  it.each([
    ['a pipe', () => execFileSync('mkfifo', [path()])],
    ['a device', () => symlinkSync('/dev/zero', path())],
  ])('that is %s is refused at once', async (kind, make) => {
    make();
    await expect(readConfigFile(path())).rejects.toThrow(`it is ${kind} and not a file`);
  });

  it('that is a socket is refused', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path(), resolve));
    await expect(readConfigFile(path())).rejects.toThrow('it is a socket and not a file');
    await new Promise((resolve) => server.close(resolve));
  });
});
