/** The machine that HAProxy runs on: its process comes and goes, its file stays, and its Runtime API may be ill. */
import type { Dice } from '../dice.ts';
import type { Timeline } from '../timeline.ts';
import { serverFrom } from './add-server.ts';
import { type HaproxyProcess, openHaproxyProcess } from './process.ts';
import type { Reach, ServerSettings } from './server.ts';
import { stayingOn } from './sessions.ts';

/** What is wrong with the answers. */
export interface AnswerFault {
  readonly how: 'garbage' | 'html' | 'cut-short' | 'slow' | 'empty' | 'huge' | 'done-unanswered';
  readonly probability: number;
}

/** Told right when it happens. */
export type HaproxyEvent =
  /** `servers`: of its file. */
  | { readonly what: 'started'; readonly servers: number }
  | { readonly what: 'ended'; readonly how: 'kill' | 'reload' }
  /** A line came to its Runtime API, from a node or by hand; before it is carried out. */
  | { readonly what: 'asked'; readonly by: string; readonly line: string }
  /** It ends a session because somebody said so; `left`: on this server, without those that end. */
  | {
      readonly what: 'cut';
      readonly by: string;
      readonly source: string;
      readonly server: string;
      readonly left: number;
    };

export interface HaproxyMachine {
  /** From now on there is one, and it runs. Once. */
  begin(settings: MachineSettings): void;
  /** Undefined: none runs, or there is none at all. */
  readonly process: () => HaproxyProcess | undefined;
  start(): void;
  kill(): void;
  /** The old process keeps its sessions for a while; the new one has none. */
  reload(): void;
  /** One line to the Runtime API of the process that runs. */
  ask(line: string, by: string): string;
  /** Whoever listened there is gone. */
  ended(address: string, port: number): void;
  /** What is on its disk, by path. */
  readonly files: Map<string, string>;
  /** Several may hold at once: the first that strikes does. */
  readonly faults: AnswerFault[];
  /** The Runtime API is away so. */
  readonly away: ('refused' | 'silent')[];
  hear(listener: (event: HaproxyEvent) => void): void;
}

export interface MachineSettings {
  readonly backend: string;
  /** Of the file that it reads at its start. */
  readonly path: string;
  readonly reach: (address: string, port: number) => Reach;
}

/** As Debian's. */
const version = '2.6.12-1+deb12u4';
const firstPid = 700;
/** `timeout connect` of the file that Muster writes. */
const connectMs = 5_000;
/** `hard-stop-after`: of a process that was reloaded. */
const hardStopMs = 30_000;
/** When the world begins, seconds since 1970. */
const epochSeconds = 1_700_000_000;

export function openHaproxyMachine(timeline: Timeline, dice: Dice): HaproxyMachine {
  const listeners: ((event: HaproxyEvent) => void)[] = [];
  const files = new Map<string, string>();
  const olds = new Set<HaproxyProcess>();
  let settings: MachineSettings | undefined;
  let process: HaproxyProcess | undefined;
  let starts = 0;
  const tell = (event: HaproxyEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const open = (): void => {
    if (settings === undefined) return;
    const { backend, path, reach } = settings;
    const servers = serversOf(files.get(path) ?? '');
    starts += 1;
    process = openHaproxyProcess(
      {
        ...{ backend, frontend: 'agents', version, pid: firstPid + starts, connectMs, retries: 3, redispatch: true },
        ...{ startedAt: epochSeconds + Math.floor(timeline.now() / 1_000), servers },
      },
      {
        now: timeline.now,
        after: (delayMs, run) => timeline.after(delayMs, 'haproxy', run),
        reach,
      },
      dice.fork(`process ${starts}`),
    );
    tell({ what: 'started', servers: servers.length });
  };
  const end = (how: 'kill' | 'reload'): void => {
    const ending = process;
    if (ending === undefined) return;
    process = undefined;
    tell({ what: 'ended', how });
    if (how === 'kill') return ending.kill();
    olds.add(ending);
    timeline.after(hardStopMs, 'haproxy ends its old process', () => {
      olds.delete(ending);
      ending.kill();
    });
  };
  /** Each command by itself: what it ends is seen. */
  const command = (running: HaproxyProcess, text: string, by: string): string => {
    const id = /^\s*shutdown session (\S+)/.exec(text)?.[1];
    const session = id === undefined ? undefined : running.sessions().find((one) => one.id === id && !one.ending);
    const answer = running.ask(text);
    if (session !== undefined) {
      const { client, server } = session;
      tell({
        what: 'cut',
        by,
        source: client.source,
        server: server.name,
        left: stayingOn(running.sessions(), server.name),
      });
    }
    return answer;
  };
  return {
    begin: (given) => {
      settings = given;
      open();
    },
    process: () => process,
    start: () => {
      if (process === undefined) open();
    },
    kill: () => end('kill'),
    reload: () => {
      if (process === undefined) return;
      end('reload');
      open();
    },
    ask: (line, by) => {
      const running = process;
      if (running === undefined) throw new Error('bug: nobody runs who could be asked');
      tell({ what: 'asked', by, line });
      return line
        .split(';')
        .map((text) => command(running, text, by))
        .join('');
    },
    ended: (address, port) => {
      process?.ended(address, port);
      for (const old of olds) old.ended(address, port);
    },
    files,
    faults: [],
    away: [],
    hear: (listener) => void listeners.push(listener),
  };
}

/** The lines `server` of a file. */
function serversOf(text: string): readonly ServerSettings[] {
  return text.split('\n').flatMap((line) => {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word !== 'server') return [];
    const server = serverFrom(rest);
    return typeof server === 'string' ? [] : [server];
  });
}
