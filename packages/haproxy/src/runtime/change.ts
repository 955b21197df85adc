/** Commands that change one server, and what HAProxy says to them. */
import type { AdminState, WantedServer } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';
import { ask, saidIn, type Target } from './ask.ts';
import { listServers } from './servers.ts';
import { commandLimits, type HealthCheck } from './settings.ts';
import { addressWord, hostWord, nameWord, plainAddress, portWord, shown, weightWord } from './words.ts';

/** Sends a command that says nothing when it did what it should. */
async function quietly(target: Target, line: string, signal: AbortSignal): Promise<void> {
  const [said] = saidIn(await ask(target, line, commandLimits, signal));
  if (said !== undefined) throw failed(target, line, said);
}

const failed = ({ name }: Target, line: string, said: string): HaproxyError =>
  new HaproxyError(name, 'failed', `\`${shown(line)}\` was answered "${shown(said)}"${cureOf(said)}`);

function cureOf(said: string): string {
  if (/dynamic load balancing/i.test(said)) return '; set `balance leastconn` in the backend';
  if (/other configuration elements/i.test(said)) return '; take away what refers to it (use-server, track)';
  if (/in maintenance mode/i.test(said)) return '; set it to `maint` first';
  return '';
}

const serverWord = (target: Target, name: string): string =>
  `${target.backend}/${nameWord(target.name, 'server name', name)}`;

export const changeState = async (
  target: Target,
  name: string,
  state: AdminState,
  signal: AbortSignal,
): Promise<void> => quietly(target, `set server ${serverWord(target, name)} state ${state}`, signal);

export const changeWeight = async (target: Target, name: string, weight: number, signal: AbortSignal): Promise<void> =>
  quietly(target, `set server ${serverWord(target, name)} weight ${weightWord(target.name, weight)}`, signal);

/** Adds, or starts the checks of what is there. See `Driver.ensureServer`. */
export async function joinServer(
  target: Target,
  wanted: WantedServer,
  check: HealthCheck,
  signal: AbortSignal,
): Promise<void> {
  const word = serverWord(target, wanted.name);
  const port = portWord(target.name, wanted.port);
  const weight = weightWord(target.name, wanted.weight);
  const addresses = await addressesOf(target, wanted.address, signal);
  const there = (await listServers(target, signal)).find(({ name }) => name === wanted.name);
  if (there === undefined)
    return addServer(target, word, `${bracketed(addresses[0]!)}:${port} ${wordsOf(check)} weight ${weight}`, signal);
  const same = addresses.includes(there.address) || there.host === wanted.address;
  if (!same || there.port !== port)
    throw new HaproxyError(
      target.name,
      'address-differs',
      `the server ${wanted.name} is there with ${there.address}:${there.port}, not ${wanted.address}:${port}`,
    );
  if (!there.checked) await startChecks(target, word, signal);
}

const wordsOf = ({ interMs, fall, rise }: HealthCheck): string => `check inter ${interMs} fall ${fall} rise ${rise}`;

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** HAProxy takes a host name for a server added at run time, and never looks it up. */
async function addressesOf(target: Target, text: string, signal: AbortSignal): Promise<readonly string[]> {
  if (plainAddress(text) !== undefined) return [addressWord(target.name, text)];
  const found = await target.ports.resolve(hostWord(target.name, text), signal);
  if (found.length === 0) throw new HaproxyError(target.name, 'unreachable', `${text} has no address`);
  return found.map((address) => addressWord(target.name, address));
}

/**
 * In one line, so that nothing comes between: a new server is in maintenance, and checked from the moment when it
 * leaves it. Whoever is down takes nobody, for it is drained until somebody says `ready`.
 */
async function addServer(target: Target, word: string, settings: string, signal: AbortSignal): Promise<void> {
  const add = `add server ${word} ${settings}`;
  const line = `${add};enable health ${word};set server ${word} state drain`;
  const said = saidIn(await ask(target, line, commandLimits, signal));
  const other = said.find((each) => !/^New server registered/.test(each));
  if (other !== undefined) throw failed(target, add, other);
  if (said.length === 0) throw failed(target, add, 'nothing');
}

/** A server that was configured without checks stays without: advice is given of it. */
async function startChecks(target: Target, word: string, signal: AbortSignal): Promise<void> {
  const line = `enable health ${word}`;
  const [said] = saidIn(await ask(target, line, commandLimits, signal));
  if (said !== undefined && !/not configured/i.test(said)) throw failed(target, line, said);
}

/** `del server`. See `Driver.removeServer`. */
export async function deleteServer(
  target: Target,
  name: string,
  signal: AbortSignal,
): Promise<'removed' | 'busy' | 'gone'> {
  const line = `del server ${serverWord(target, name)}`;
  const [said = 'nothing'] = saidIn(await ask(target, line, commandLimits, signal));
  if (/^Server deleted/.test(said)) return 'removed';
  if (/^No such server/.test(said)) return 'gone';
  if (/still has connections/i.test(said)) return 'busy';
  throw failed(target, line, said);
}
