/** Configuration and key. Pure. */
import { faultLine } from '@muster/config';
import type { Facts } from './facts.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export function checkConfiguration({ config }: Facts): readonly Finding[] {
  if (!config.ok) {
    const faults = config.faults.map((fault) =>
      fail('configuration', `${faultLine(fault)}${placeOf(fault)}`, fault.cure),
    );
    return [...faults, ...config.warnings.map(warned)];
  }
  const { cluster, warnings } = config.config;
  const found = warnings.map(warned);
  if (cluster.disabled)
    return [...found, warn('configuration', 'the cluster is disabled in ossec.conf', 'Write <disabled>no</disabled>.')];
  return found.length > 0
    ? found
    : [ok('configuration', `${cluster.nodeName} is a ${cluster.nodeType} of ${cluster.name}`)];
}

const placeOf = ({ file, line }: { readonly file: string; readonly line?: number }): string =>
  line === undefined ? ` (${file})` : ` (${file}, line ${line})`;

const warned = (text: string): Finding =>
  warn('configuration', text, 'Mend it in its file; docs/configuration.md has every option.');

/** As Wazuh's documentation, container files and tests print them: whoever reads these has them. */
const examples: ReadonlySet<string> = new Set([
  'c98b62a9b6169ac5f67dae55ae4a9088',
  'c98b6ha9b6169zc5f67rae55ae4z5647',
  '9d273b53510fef702b54a92e9cffc82e',
  'nso42FGdswR0805tnVqeww0u3Rubwk2a',
]);

const newKey = 'Make another one with muster key, write it into ossec.conf of every node, and restart them.';

/** Of 32 letters that chance picked from 63, 20 and more differ; of hex digits 10 and more. */
const [fewLetters, tooFewLetters] = [10, 6];

export function checkKey({ config }: Facts): readonly Finding[] {
  if (!config.ok || config.config.cluster.key === '') return [];
  const { key } = config.config.cluster;
  const letters = new Set(key).size;
  if (examples.has(key)) return [fail('key', 'it is an example that is published', newKey)];
  if (letters < tooFewLetters || isRepeated(key))
    return [fail('key', `it can be guessed: it has ${letters} different letters, or repeats itself`, newKey)];
  if (letters < fewLetters) return [warn('key', `it has only ${letters} different letters`, newKey)];
  return [ok('key', `${key.length} characters, ${letters} different ones`)];
}

/** The same piece again and again. */
const isRepeated = (key: string): boolean =>
  Array.from({ length: 16 }, (_, at) => at + 1).some((period) => key.slice(period) === key.slice(0, -period));

/** What runs has the key that is written, and all nodes have the same. */
export function checkFingerprints({ config, node }: Facts): readonly Finding[] {
  if (!node.ok) return [];
  const rows = [...node.value.infos].flatMap(([name, answer]) =>
    answer.ok ? [[name, answer.value.info.keyFingerprint] as const] : [],
  );
  const own = rows.find(([name]) => name === node.value.health.node)?.[1];
  const written = config.ok && own !== undefined && own !== config.fingerprint;
  const kinds = new Set(rows.map(([, fingerprint]) => fingerprint));
  const list = rows.map(([name, fingerprint]) => `${name} ${fingerprint}`).join(', ');
  return [
    ...(written
      ? [
          warn(
            'key in use',
            'ossec.conf has another key than the node runs with',
            'Restart the node, or write the old key back.',
          ),
        ]
      : []),
    ...(kinds.size > 1
      ? [
          fail(
            'key of all nodes',
            `they are not the same: ${list}`,
            'Write the same key into ossec.conf of every node, and restart those that differ.',
          ),
        ]
      : []),
    ...(kinds.size === 1
      ? [ok('key of all nodes', `the same on ${rows.length} that answer, fingerprint ${[...kinds][0]}`)]
      : []),
  ];
}
