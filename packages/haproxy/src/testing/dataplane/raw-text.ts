/** The configuration of a double as HAProxy's own text, and back: as much of the language as the double knows. */
import type { Configured, Fields, Section } from './world.ts';

/** What does not hold any value here, and is passed on. */
const head = ['global', '  maxconn 4000', '', 'userlist api', '  user admin insecure-password hidden', ''];

export function textOf({ defaults, backends, frontends }: Configured): string {
  const lines = [...head, `defaults ${defaults.name}`, `  mode ${defaults.mode}`];
  for (const side of ['client', 'server', 'tunnel'])
    if (defaults[`${side}_timeout`] !== undefined) lines.push(`  timeout ${side} ${defaults[`${side}_timeout`]}`);
  for (const { settings, parts } of frontends.values()) {
    lines.push('', `frontend ${settings.name}`, `  mode ${settings.mode}`);
    for (const { name, port } of parts.values()) lines.push(`  bind :${port} name ${name}`);
    if (settings.default_backend !== undefined) lines.push(`  default_backend ${settings.default_backend}`);
  }
  for (const { settings, parts } of backends.values()) {
    lines.push('', `backend ${settings.name}`, `  mode ${settings.mode}`);
    if (settings.balance !== undefined) lines.push(`  balance ${(settings.balance as Fields).algorithm}`);
    if (settings.default_server !== undefined)
      lines.push(`  default-server ${optionsOf(settings.default_server as Fields)}`);
    for (const server of parts.values()) lines.push(`  server ${serverOf(server)}`);
  }
  return `${lines.join('\n')}\n`;
}

function serverOf({ name, address, port, ...options }: Fields): string {
  const host = String(address).includes(':') ? `[${address}]` : address;
  return `${name} ${host}:${port} ${optionsOf(options)}`.trimEnd();
}

const optionsOf = (options: Fields): string =>
  Object.entries(options)
    .map(([name, value]) => (value === 'enabled' ? name : `${name} ${value}`))
    .join(' ');

/** The fault of a text that HAProxy would not start with, and otherwise what it says. */
export function parseText(text: string, before: Configured): Configured | string {
  const sections: { kind: string; name: string; lines: string[][] }[] = [];
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '') continue;
    if (/^\S/.test(line)) sections.push({ kind: words[0]!, name: words[1] ?? '', lines: [] });
    else if (sections.length === 0) return `unknown keyword '${words[0]}' out of section`;
    else sections.at(-1)!.lines.push(words);
  }
  const of = (kind: string): Map<string, Section> =>
    new Map(sections.filter((each) => each.kind === kind).map(({ name, lines }) => [name, sectionOf(name, lines)]));
  const [backends, frontends] = [of('backend'), of('frontend')];
  for (const { settings } of frontends.values())
    if (settings.default_backend !== undefined && !backends.has(String(settings.default_backend)))
      return `unable to find required default_backend: '${settings.default_backend}'`;
  return { defaults: before.defaults, backends, frontends };
}

function sectionOf(name: string, lines: readonly string[][]): Section {
  const settings: Record<string, unknown> = { name };
  const parts = new Map<string, Fields>();
  for (const [key, ...words] of lines) {
    if (key === 'mode' || key === 'default_backend') settings[key] = words[0];
    if (key === 'balance') settings.balance = { algorithm: words[0] };
    if (key === 'default-server') settings.default_server = parseOptions(words);
    if (key === 'bind') parts.set(words[2]!, { name: words[2], port: Number(words[0]!.slice(1)) });
    if (key === 'server') parts.set(words[0]!, parseServer(words));
  }
  return { settings, parts };
}

function parseServer([name = '', at = '', ...options]: readonly string[]): Fields {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(at) ?? [];
  return { name, address: host, port: Number(port), ...parseOptions(options) };
}

function parseOptions(words: readonly string[]): Fields {
  const options: Record<string, unknown> = {};
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === 'check' || word === 'send-proxy-v2') options[word] = 'enabled';
    else options[word] = /^\d+$/.test(words[++index]!) ? Number(words[index]) : words[index];
  }
  return options;
}
