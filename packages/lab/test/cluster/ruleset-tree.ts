/** A tree shaped like a ruleset: many rules and decoders, lists in deep folders, binary bytes. Content made up here. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files of each folder; with `client.keys` and two group files there are 299. */
const rules = 150;
const decoders = 100;
const lists = 46;

/** By path relative to R. The same at each call. */
export function rulesetFiles(): ReadonlyMap<string, Buffer> {
  const random = lehmer(20_240);
  const files = new Map<string, Buffer>();
  const add = (path: string, content: string | Buffer): void => void files.set(path, Buffer.from(content));
  for (let n = 0; n < rules; n++) add(`etc/rules/${numbered(n)}-workshop_rules.xml`, ruleFile(n, random));
  for (let n = 0; n < decoders; n++) add(`etc/decoders/${numbered(n)}-workshop_decoders.xml`, decoderFile(n, random));
  for (let n = 0; n < lists; n++) add(listPath(n), n % 3 === 0 ? bytes(2_000 + n * 311, random) : listFile(n, random));
  add('etc/shared/default/agent.conf', '<agent_config>\n</agent_config>\n');
  add('etc/shared/kilns/agent.conf', '<agent_config os="Linux">\n</agent_config>\n');
  add('etc/client.keys', '001 kiln-1 any 9f1c\n002 kiln-2 10.1.0.7 77ab\n');
  return files;
}

/** Writes `files` below `root`, each with another mode than the table's, so that modes are seen to be set. */
export async function layFiles(root: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  let at = 0;
  for (const [path, content] of files) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, [0o600, 0o644, 0o664, 0o640][at++ % 4]!);
  }
}

/** Every second list lies one folder deeper, up to five deep. */
function listPath(n: number): string {
  const folders = ['regional', 'north', 'kilns', 'old', 'archive'].slice(0, n % 6);
  return ['etc/lists', ...folders, n % 3 === 0 ? `badges-${n}.cdb` : `badges-${n}`].join('/');
}

type Random = () => number;

const numbered = (n: number): string => String(n + 1).padStart(4, '0');

function ruleFile(file: number, random: Random): string {
  const rule = (n: number): string =>
    `  <rule id="${100_000 + file * 100 + n}" level="${1 + Math.floor(random() * 15)}">\n` +
    `    <match>kiln ${Math.floor(random() * 10_000)} reports état ${n}</match>\n    <description>Kiln ${n}</description>\n  </rule>\n`;
  const all = Array.from({ length: 1 + Math.floor(random() * 60) }, (_, n) => rule(n)).join('');
  return `<group name="workshop,kiln${file},">\n${all}</group>\n`;
}

const decoderFile = (file: number, random: Random): string =>
  `<decoder name="kiln-${file}">\n  <prematch>^kiln${Math.floor(random() * 1_000)}: </prematch>\n</decoder>\n`;

const listFile = (file: number, random: Random): string =>
  Array.from({ length: 5 + file }, () => `10.${file}.${Math.floor(random() * 255)}.1:badge\n`).join('');

const bytes = (length: number, random: Random): Buffer =>
  Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)));

/** Park and Miller's generator, from 0 to below 1: the same numbers for the same seed. */
export function lehmer(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
