import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHeader, decodeEnvelope, encodeDataHeader, encodeEnvelope, encodeManifestBlock } from '@muster/protocol';
import { digest, samples } from './samples.ts';

const folder = join(__dirname, 'golden');
const rewrite = process.env.MUSTER_GOLDEN === 'write';

const lines = (bytes: Uint8Array): string =>
  `${Buffer.from(bytes)
    .toString('hex')
    .replace(/.{1,96}/g, '$&\n')}`;
const golden = (name: string): Uint8Array =>
  Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').replaceAll('\n', ''), 'hex');

function compare(name: string, bytes: Uint8Array): void {
  const path = join(folder, `${name}.hex`);
  if (rewrite) writeFileSync(path, lines(bytes));
  expect(existsSync(path) ? readFileSync(path, 'utf8') : 'no golden file').toBe(lines(bytes));
}

const others: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['data-header', encodeDataHeader(7, 65_536)],
  ['content-follows', contentHeader('follows', 5_000_000_000)],
  ['content-missing', contentHeader('missing', 0)],
  [
    'manifest-header',
    encodeManifestBlock({
      type: 'header',
      id: { epoch: 3, generation: 42 },
      root: digest('a1'),
      directories: 1,
      held: 1,
      files: 1,
    }),
  ],
  ['manifest-directories', encodeManifestBlock({ type: 'directories', paths: ['etc/rules'] })],
  ['manifest-held', encodeManifestBlock({ type: 'held', paths: ['etc/rules/caf\\xe9'] })],
  ['manifest-files', encodeManifestBlock({ type: 'files', rows: [['etc/rules/a.xml', 7, digest('b2')]] })],
];

describe('golden bytes', () => {
  it.each(samples)('%s is encoded to its golden bytes', (name, envelope) => compare(name, encodeEnvelope(envelope)));

  it.each(samples)('%s is decoded from its golden bytes', (name, envelope, sender) => {
    const decoded = decodeEnvelope(golden(name).subarray(5), sender);
    expect(decoded).toEqual({ ok: true, frame: { type: 'envelope', envelope } });
  });

  it.each(others)('%s is encoded to its golden bytes', compare);

  it('has no file without a sample', () => {
    const names = [...samples, ...others].map(([name]) => `${name}.hex`);
    expect(readdirSync(folder).sort()).toEqual(names.sort());
  });
});
