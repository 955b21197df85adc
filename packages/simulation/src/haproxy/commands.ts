/** The commands of the Runtime API, and how 2.6.12 answers them. */
import { addServer } from './add-server.ts';
import type { Process } from './process.ts';
import type { ModelServer } from './server.ts';
import { setAdmin, setWeight } from './server.ts';
import { setAddress } from './set-address.ts';
import { showBackends, showInfo, showServersState, showSessions, showStat } from './show.ts';

type Words = readonly string[];

/** Most answers end in an empty line; those of `del server` do not. */
const line = (text: string): string => `${text}\n\n`;
const done = '\n';

/** `BE/NAME`; or, as a text, what is wrong with it. */
export function serverOf({ settings, servers }: Process, place: string | undefined): ModelServer | string {
  const [backend, name, ...rest] = (place ?? '').split('/');
  if (backend === undefined || name === undefined || name === '' || rest.length > 0) return "Require 'backend/server'.";
  if (backend !== settings.backend) return 'No such backend.';
  return servers.find((one) => one.name === name) ?? 'No such server.';
}

const onServer = (process: Process, place: string | undefined, act: (server: ModelServer) => string): string => {
  const server = serverOf(process, place);
  return typeof server === 'string' ? line(server) : act(server);
};

/** The answer to one command, with its end. */
export function answer(process: Process, command: string): string {
  const words = command.trim().split(/\s+/);
  const [first, second, ...rest] = words;
  const known = commands[`${first} ${second}`];
  return known === undefined ? line(`Unknown command: '${words.slice(0, 2).join(' ')}'`) : known(process, rest);
}

const commands: Readonly<Record<string, (process: Process, words: Words) => string>> = {
  'add server': addServer,
  'del server': (process, [place]) => deleteServer(process, place),
  'enable health': (process, [place]) => onServer(process, place, (server) => health(server, true)),
  'disable health': (process, [place]) => onServer(process, place, (server) => health(server, false)),
  'set server': (process, [place, what, ...words]) =>
    onServer(process, place, (server) => set(process, server, what, words)),
  'set weight': (process, [place, weight]) => onServer(process, place, (server) => weigh(process, server, weight)),
  'get weight': (process, [place]) =>
    onServer(process, place, ({ weight, firstWeight }) => line(`${weight} (initial ${firstWeight})`)),
  'show stat': showStat,
  'show servers': showServersState,
  'show sess': showSessions,
  'show info': showInfo,
  'show backend': showBackends,
  'show cli': (_process, [what]) => line(what === 'level' ? 'admin' : 'Unknown command'),
  'show fd': () => line(''),
  'show version': ({ settings }) => line(settings.version),
  'shutdown session': (process, [id]) => shutdown(process, id),
  'shutdown sessions': (process, [what, place]) =>
    what !== 'server'
      ? line("'shutdown sessions' only supports 'server'.")
      : onServer(process, place, (server) => {
          process.sessions.shutAll(server);
          return done;
        }),
};

function deleteServer(process: Process, place: string | undefined): string {
  const server = serverOf(process, place);
  if (typeof server === 'string') return `${server}\n`;
  if (server.admin !== 'maint') return 'Only servers in maintenance mode can be deleted.\n';
  if (server.sessions > 0) return 'Server still has connections attached to it, cannot remove it.\n';
  process.remove(server);
  return 'Server deleted.\n';
}

function health({ checks }: ModelServer, enabled: boolean): string {
  if (checks === undefined)
    return enabled ? line('Health check was not configured on this server, cannot enable.') : done;
  checks.enabled = enabled;
  return done;
}

function set(process: Process, server: ModelServer, what: string | undefined, words: Words): string {
  switch (what) {
    case 'state':
      return admin(process, server, words[0]);
    case 'weight':
      return weigh(process, server, words[0]);
    case 'addr':
      return setAddress(server, words);
    default:
      return line(
        'usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight',
      );
  }
}

function admin({ ports }: Process, server: ModelServer, state: string | undefined): string {
  if (state !== 'ready' && state !== 'drain' && state !== 'maint')
    return line("'set server <srv> state' expects 'ready', 'drain' and 'maint'.");
  setAdmin(server, state, ports);
  return done;
}

/** In percent of what it began with, or absolute. */
function weigh({ ports }: Process, server: ModelServer, text: string | undefined): string {
  const [, digits, percent] = /^(\d+)(%?)$/.exec(text ?? '') ?? [];
  if (digits === undefined) return 'Empty weight string empty or preceded by garbage\n';
  const number = Number(digits);
  if (percent === '' && number > 256) return line('Absolute weight can only be between 0 and 256 inclusive.');
  setWeight(server, percent === '' ? number : Math.min(256, Math.floor((server.firstWeight * number) / 100)), ports);
  return done;
}

function shutdown({ sessions }: Process, id: string | undefined): string {
  if (id === undefined || !/^0x[0-9a-f]+$/.test(id)) return line("Session pointer expected (use 'show sess').");
  return sessions.shut(id) ? done : line("No such session (use 'show sess').");
}
