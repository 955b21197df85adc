import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfiguration } from '../src/check-config.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cfg-'));
  mkdirSync(join(root, 'etc'));
});
afterEach(() => rmSync(root, { recursive: true }));

const ossec = (key: string, port: string): string =>
  `<ossec_config>\n<cluster>\n<key>${key}</key>\n<port>${port}</port>\n<nodes>\n<node>10.0.0.1</node>\n</nodes>\n<disabled>no</disabled>\n</cluster>\n</ossec_config>\n`;

describe('check-config', () => {
  it('shows what a sound configuration comes to, and not the key', async () => {
    writeFileSync(join(root, 'etc/ossec.conf'), ossec('a'.repeat(32), '1516'));
    const { ok, text } = await checkConfiguration(root);
    expect(ok).toBe(true);
    expect(text).toContain('1516');
    expect(text).not.toContain('a'.repeat(32));
  });

  it('lists every fault of a faulty one', async () => {
    writeFileSync(join(root, 'etc/ossec.conf'), ossec('short', '80'));
    const { ok, text } = await checkConfiguration(root);
    expect(ok).toBe(false);
    expect(text).toContain('2 faults');
  });

  it('says that there is no ossec.conf', async () => {
    expect(await checkConfiguration(root)).toMatchObject({ ok: false, text: expect.stringContaining('no ossec.conf') });
  });

  it('says of a directory in place of a file that it is one', async () => {
    mkdirSync(join(root, 'etc/ossec.conf'));
    const { ok, text } = await checkConfiguration(root);
    expect(ok).toBe(false);
    expect(text).toContain('It is a directory: move it away');
    expect(text).not.toContain('owner or mode');
  });

  it.each(['missing', 'missing/below', 'etc/file', 'etc/file/below'])(
    'says that there is no directory %s',
    async (name) => {
      writeFileSync(join(root, 'etc/file'), '');
      const { ok, text } = await checkConfiguration(join(root, name));
      expect(ok).toBe(false);
      expect(text).toContain('1 fault');
      expect(text).toContain(`there is no directory ${join(root, name)}`);
    },
  );

  it('says that an empty file has no cluster section', async () => {
    writeFileSync(join(root, 'etc/ossec.conf'), '');
    expect(await checkConfiguration(root)).toMatchObject({
      ok: true,
      text: expect.stringContaining('There is no <cluster> section'),
    });
  });
});
