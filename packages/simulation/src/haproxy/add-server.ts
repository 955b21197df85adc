/** `add server`, and the lines `server` of a configuration: the same words. */
import type { Process } from './process.ts';
import type { CheckSettings, ServerSettings } from './server.ts';

const line = (text: string): string => `${text}\n\n`;

/** Durations of HAProxy: ms where there is no unit. */
const units: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, m: 60_000 };

export function durationOf(text: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d+)(ms|s|m|)$/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit!]!;
}

/** Of a server that says nothing of it. */
const usualCheck: CheckSettings = { interMs: 2_000, rise: 2, fall: 3 };

/** What is not modelled is taken and does nothing. */
const withValue = new Set([
  'maxconn',
  'slowstart',
  'source',
  'track',
  'id',
  'fastinter',
  'downinter',
  'on-marked-down',
  'on-marked-up',
]);
const alone = new Set(['send-proxy', 'send-proxy-v2', 'check-send-proxy', 'backup', 'enabled', 'disabled']);

/** `NAME ADDR:PORT words…`; as a text, what is wrong with it. */
export function serverFrom([name, at, ...words]: readonly string[]): ServerSettings | string {
  const cut = at?.lastIndexOf(':') ?? -1;
  if (name === undefined || at === undefined) return "'server' expects <name> and <addr>[:<port>] as arguments.";
  let weight = 1;
  let check: CheckSettings | undefined;
  let timings = usualCheck;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === 'check') check = timings;
    else if (word === 'weight') weight = Number(words[++index] ?? 0);
    else if (word === 'inter') timings = { ...timings, interMs: durationOf(words[++index]) ?? timings.interMs };
    else if (word === 'rise' || word === 'fall') timings = { ...timings, [word]: Number(words[++index]) };
    else if (withValue.has(word)) index += 1;
    else if (!alone.has(word)) return `unknown keyword '${word}'`;
  }
  if (!(weight >= 0 && weight <= 256)) return `weight of server ${name} is not within 0 and 256 (${weight})..`;
  return { name, address: at.slice(0, cut), port: Number(at.slice(cut + 1)), weight, check: check && timings };
}

export function addServer(process: Process, [place, ...words]: readonly string[]): string {
  const [backend, name] = (place ?? '').split('/');
  if (backend === undefined || name === undefined || name === '') return "Require 'backend/server'.\n";
  if (backend !== process.settings.backend) return 'No such backend.\n';
  const settings = serverFrom([name, ...words]);
  if (typeof settings === 'string') return line(settings);
  if (process.servers.some((one) => one.name === name))
    return line('Already exists a server with the same name in backend.');
  process.add(settings);
  return line('New server registered.');
}
