/** Takes secrets out of what goes into a bundle. Pure. */
import { isSecretName, redactText } from '@muster/log';

const mask = '*****';

/** What is never shown, wherever it stands. */
export interface Secrets {
  /** The key, passwords: few. */
  readonly words: readonly string[];
  /** Keys of agents and the like: there may be a hundred thousand. */
  readonly tokens: ReadonlySet<string>;
}

export interface Scrubber {
  readonly text: (text: string) => string;
  /** As JSON, indented. */
  readonly json: (value: unknown) => string;
}

/** A shorter word is part of many others; its name gives it away. */
const shortestWord = 4;
/** Tokens of other characters are looked for one by one: salts and hashes of 1,000 users, and keys by another's hand. */
const mostStrange = 2_100;
/** What keys of agents are made of, and what stands between blanks and quotes. */
const runs = [/[^\s"'<>,;]{4,}/g, /[A-Za-z0-9]{4,}/g];
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** `https://user:password@host`. */
const inUrl = /:\/\/[^\s/@"'<>]*@/g;

export function scrubber({ words, tokens }: Secrets): Scrubber {
  const strange = [...tokens].filter((token) => !/^[A-Za-z0-9]+$/.test(token)).slice(0, mostStrange);
  const known = [...words, ...strange]
    .filter(({ length }) => length >= shortestWord)
    // The longest first: one may be part of another.
    .sort((one, other) => other.length - one.length);
  const text = (given: string): string =>
    runs.reduce(
      (left, run) => left.replace(run, (found) => (tokens.has(found) ? mask : found)),
      redactText(given.replace(privateKey, mask).replace(inUrl, `://${mask}@`), known),
    );
  const member = (name: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    return isSecretName(name) ? mask : text(value);
  };
  return { text, json: (value) => `${JSON.stringify(value, member, 2)}\n` };
}

const secretWords = '(?:key|password|passphrase|token|secret|psk|authorization)';
const element = new RegExp(`<([\\w.-]*${secretWords})(\\s[^>]*)?>([\\s\\S]*?)(</\\1\\s*>|$)`, 'gi');
const option = new RegExp(`(["']?[\\w.-]*${secretWords}["']?\\s*:)\\s*(\\S.*)$`, 'i');

/** The `<cluster>` sections of an `ossec.conf`, comments as well; what their names call secret is not in it. */
export const clusterSections = (ossecConf: string): string =>
  [...ossecConf.matchAll(/<cluster(?:\s[^>]*)?>[\s\S]*?(?:<\/cluster\s*>|$)/g)]
    .map(([section]) =>
      section.replace(element, (_all, name, more = '', _value, end) => `<${name}${more}>${mask}${end}`),
    )
    .join('\n');

/** A `muster.yaml` without the values that their names call secret, whatever form they have; comments as well. */
export function scrubYaml(text: string): string {
  const lines: string[] = [];
  let hiddenBelow: number | undefined;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    // What is further in than a secret's name is more of its value.
    if (hiddenBelow !== undefined && (indent < 0 || indent > hiddenBelow)) continue;
    hiddenBelow = undefined;
    const isSecret = new RegExp(`${secretWords}["']?\\s*:`, 'i').test(line);
    if (isSecret) hiddenBelow = indent;
    lines.push(isSecret ? line.replace(option, `$1 ${mask}`) : line);
  }
  return lines.join('\n');
}

/** Secrets that the two files hold, also where they cannot be used as they are. */
export function secretsWritten(ossecConf: string, musterYaml: string): readonly string[] {
  const inXml = [...ossecConf.matchAll(element)].map(([, , , value = '']) => value.trim());
  const inYaml = musterYaml.split('\n').flatMap((line) => {
    const value = option.exec(line)?.[2]?.trim() ?? '';
    return [value, value.replace(/^(["'])(.*)\1$/, '$2')];
  });
  return [...inXml, ...inYaml].filter((value) => value.length >= shortestWord);
}

/** Of `client.keys`: the fourth word of each line, and the last; removed agents as well. */
export const agentKeys = (clientKeys: string): readonly string[] =>
  clientKeys.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/).slice(3);
    return [words[0] ?? '', words.at(-1) ?? ''].filter(({ length }) => length >= shortestWord);
  });

/** Every longer text of a JSON file of secrets: salts and hashes of users. */
export const longTexts = (json: string): readonly string[] =>
  [...json.matchAll(/"([A-Za-z0-9+/=]{16,})"/g)].map(([, text = '']) => text);
