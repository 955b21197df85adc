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
const token = /[A-Za-z0-9+/=_.-]{6,}/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** `https://user:password@host`. */
const inUrl = /:\/\/[^\s/@"'<>]*@/g;

export function scrubber({ words, tokens }: Secrets): Scrubber {
  // The longest first: one may be part of another.
  const known = words.filter(({ length }) => length >= shortestWord).sort((one, other) => other.length - one.length);
  const text = (given: string): string =>
    redactText(given.replace(privateKey, mask).replace(inUrl, `://${mask}@`), known).replace(token, (found) =>
      tokens.has(found) || tokens.has(found.replace(/[.=]+$/, '')) ? mask : found,
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

/** Of `client.keys`: the fourth word of each line, removed agents as well (`reference/agents.md`). */
export const agentKeys = (clientKeys: string): readonly string[] =>
  clientKeys.split('\n').flatMap((line) => {
    const word = line.trim().split(/\s+/)[3];
    return word === undefined || word.length < shortestWord ? [] : [word];
  });

/** Every longer text of a JSON file of secrets: salts and hashes of users. */
export const longTexts = (json: string): readonly string[] =>
  [...json.matchAll(/"([A-Za-z0-9+/=]{16,})"/g)].map(([, text = '']) => text);
