/** The papers say what the code says: error codes, exit codes, versions, links. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeCodes, eventKinds, violationCodes } from '@muster/protocol';
import { exitCodes } from '../src/exit-codes.ts';
import { version } from '../src/version.ts';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every file below `folder`, relative to the root; what is installed, built or hidden is not ours. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (/^(node_modules|dist|coverage|\..*)$/.test(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
const files = filesBelow('');

/** Where codes are made; the lab and the command line only show them. */
const sources = files
  .filter((path) => /^(?:(?:packages|actors)\/[a-z-]+|protocol)\/src\/.*\.ts$/.test(path))
  .filter((path) => !/\/testing|^packages\/(?:lab|cli|simulation)\//.test(path))
  .map(read);

/** The ways in which a code is written down in the sources. */
const written = [
  /new (?:Link|Control|Start|Disk)Error\(\s*(?:[\w.]+ === [^?]*\? )?'([^']+)'/g,
  /\breadonly code = '([^']+)'/g,
  /\bcode: '([^']+)'/g,
  /\b(?:fail|abort|refuse|turnAway|fetchFailed|held|blocking)\(\s*(?:(?:[\w.]+|''),\s*)*'([\w-]+)'/g,
  /\b(?:code|missingCode) = [^;]*?'([\w-]+)'(?:[^;]*?'([\w-]+)')?/g,
];
/** The cases of `readonly code: 'a' | 'b'`. */
const unions = /\breadonly code:\s*((?:\|?\s*'[\w-]+'\s*)+)/g;
const ofTheSystem = /^(?:E[A-Z0-9]+|ERR_\w+|string|code|0)$/;

function codesInSources(): ReadonlySet<string> {
  const found = new Set<string>([...closeCodes, ...violationCodes]);
  for (const text of sources) {
    for (const pattern of written)
      for (const match of text.matchAll(pattern)) for (const code of match.slice(1)) if (code) found.add(code);
    for (const [, cases = ''] of text.matchAll(unions))
      for (const [, code = ''] of cases.matchAll(/'([\w-]+)'/g)) found.add(code);
  }
  const explained = read('packages/tree/src/disk-error.ts').matchAll(/^ {2}([A-Z_]+): '/gm);
  for (const [, code = ''] of explained) found.add(code);
  return new Set([...found].filter((code) => !ofTheSystem.test(code)));
}

const documented = [...read('docs/errors.md').matchAll(/^\| `([^`]+)`/gm)].map(([, code = '']) => code);

describe('docs/errors.md', () => {
  it('lacks no code of the sources', () => {
    expect([...codesInSources()].filter((code) => !documented.includes(code))).toEqual([]);
  });

  it('has no code that the sources do not have', () => {
    const all = sources.join('\n');
    const isWritten = (code: string): boolean =>
      all.includes(`'${code}'`) || new RegExp(`^ +${code}: |\\bcode: [\\d |]*${code}\\b`, 'm').test(all);
    expect(documented.filter((code) => !isWritten(code))).toEqual([]);
  });

  it('has every code once', () => {
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });
});

/** Of a text with holes, the longest part that is always there. */
const longestPart = (template: string): string =>
  template
    .split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/)
    .map((part) => part.trim())
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '');

test('docs/messages.md has every line that the daemon itself words, from INFO up', () => {
  const words = read('docs/messages.md').replaceAll('\\|', '|');
  const lines = files
    .filter((path) => /^packages\/daemon\/src\/.*\.ts$/.test(path))
    .flatMap((path) => [...read(path).matchAll(/\.(?:info|warning|error|critical)\(\s*([`'"])(.*?)\1/gs)])
    .map(([, , text = '']) => longestPart(text));
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.filter((line) => !words.includes(line))).toEqual([]);
});

test('docs/operating.md lists the exit codes of the daemon', () => {
  const section =
    read('docs/operating.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Exit codes')) ?? '';
  const listed = [...section.matchAll(/^\| +(\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(expect.arrayContaining(Object.values(exitCodes)));
});

test('docs/operating.md has every kind of event, and no other', () => {
  const section =
    read('docs/operating.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Events')) ?? '';
  expect([...section.matchAll(/^\| `([a-z]+)` /gm)].map(([, kind]) => kind)).toEqual([...eventKinds]);
});

test('every package has the version of the daemon', () => {
  const manifests = files.filter((path) => path.endsWith('package.json'));
  expect(manifests.length).toBeGreaterThan(10);
  const versions = manifests.map((path) => [path, JSON.parse(read(path)).version]);
  expect(versions).toEqual(manifests.map((path) => [path, version]));
});

test('every package has a README', () => {
  const folders = files.filter((path) => path.endsWith('package.json')).map(dirname);
  expect(folders.filter((folder) => !existsSync(join(root, folder, 'README.md')))).toEqual([]);
});

/** Anchors as they are made of headings: lower case, blanks to dashes, without marks. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

test('every relative link of a Markdown file leads somewhere', () => {
  const dead = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
  expect(dead).toEqual([]);
});

function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(read(file)).includes(anchor);
}
