/** Every command that there is: how it is written, what it says, what it takes. Help, completion and parsing read it. */
import { type CommandName, eventKinds, logLevels, sortKeys } from './command.ts';

/** What stands at a place of a command. `path`: of an actor, whole or its unique end. `message`: the rest of the line. */
export type Place = 'path' | 'pattern' | 'node' | 'message' | 'file' | 'number' | 'level' | 'command';

/** What an option is followed by. `flag`: nothing. */
export type OptionValue = 'flag' | 'number' | 'time' | readonly string[];

export interface Spec {
  readonly name: CommandName;
  readonly usage: string;
  readonly about: string;
  readonly takes: readonly { readonly place: Place; readonly optional?: true }[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly examples: readonly string[];
  /** It changes the node, and is refused without `--operate`. */
  readonly operates?: true;
}

const until = { '--for': 'time', '--count': 'number' } as const;
const one = (place: Place): Spec['takes'] => [{ place }];
const maybe = (place: Place): Spec['takes'] => [{ place, optional: true }];
const bare = { takes: [], options: {} } as const;

export const catalogue: readonly Spec[] = [
  {
    name: 'tree',
    usage: 'tree',
    about: 'the living actors, their mailboxes, work and restarts',
    ...bare,
    examples: ['tree'],
  },
  {
    name: 'top',
    usage: 'top [--sort mailbox|rate|busy|restarts|path] [--every TIME] [--rounds N]',
    about: 'the busiest actors, live; m, r, b, s, p change the order, any other key ends it',
    takes: [],
    options: { '--sort': sortKeys, '--every': 'time', '--rounds': 'number' },
    examples: ['top', 'top --sort busy --every 500ms', 'top --rounds 2 --every 1s'],
  },
  {
    name: 'show',
    usage: 'show PATH',
    about: 'one actor from inside: state (secrets hidden), children, last messages, last error, what it can be told',
    takes: one('path'),
    options: {},
    examples: ['show /file-sync', 'show worker1'],
  },
  {
    name: 'trace',
    usage: 'trace PATH|PATTERN [--for TIME] [--count N]',
    about: 'the messages that actors handle, as they do; * is anything but /, ** is anything; Ctrl-C ends it',
    takes: one('pattern'),
    options: until,
    examples: ['trace keep-alive', 'trace /links/* --for 5s', 'trace ** --count 20'],
  },
  {
    name: 'why',
    usage: 'why NODE',
    about: 'in plain words why NODE is not in sync',
    takes: one('node'),
    options: {},
    examples: ['why worker1'],
  },
  {
    name: 'dead-letters',
    usage: 'dead-letters',
    about: 'the last messages that reached nobody, and why',
    ...bare,
    examples: ['dead-letters'],
  },
  {
    name: 'links',
    usage: 'links',
    about: 'the links to other nodes: round trip, bytes, what waits',
    ...bare,
    examples: ['links'],
  },
  {
    name: 'events',
    usage: 'events [--last N] [--kind KIND] [--follow] [--for TIME] [--count N]',
    about: 'what happened at this node; --follow goes on with what happens',
    takes: [],
    options: { '--last': 'number', '--kind': eventKinds, '--follow': 'flag', ...until },
    examples: ['events', 'events --kind crashed', 'events --follow'],
  },
  { name: 'health', usage: 'health', about: 'how this node does', ...bare, examples: ['health'] },
  { name: 'nodes', usage: 'nodes', about: 'every node of the cluster', ...bare, examples: ['nodes'] },
  {
    name: 'node',
    usage: 'node [NAME]',
    about: 'look at node NAME from now on; without NAME, say which one it is',
    takes: maybe('node'),
    options: {},
    examples: ['node worker1', 'node'],
  },
  {
    name: 'ask',
    usage: 'ask PATH MESSAGE',
    about: 'ask an actor: MESSAGE is JSON, or its type alone; show PATH lists what it answers',
    takes: [{ place: 'path' }, { place: 'message' }],
    options: {},
    examples: ['ask keep-alive get-nodes', 'ask integrity {"type":"get-state"}'],
    operates: true,
  },
  {
    name: 'tell',
    usage: 'tell PATH MESSAGE',
    about: 'tell an actor: the same, without an answer',
    takes: [{ place: 'path' }, { place: 'message' }],
    options: {},
    examples: ['tell integrity {"type":"dirty","directories":["etc/rules"]}'],
    operates: true,
  },
  {
    name: 'crash',
    usage: 'crash PATH',
    about: 'make an actor crash, for a drill; its supervisor restarts it',
    takes: one('path'),
    options: {},
    examples: ['crash /keep-alive'],
    operates: true,
  },
  {
    name: 'restart',
    usage: 'restart PATH',
    about: 'end an actor in good order, and begin it anew',
    takes: one('path'),
    options: {},
    examples: ['restart file-sync'],
    operates: true,
  },
  {
    name: 'bench',
    usage: 'bench PATH [COUNT]',
    about: 'send an actor COUNT empty messages (1000), and measure how long each waits for its turn',
    takes: [{ place: 'path' }, { place: 'number', optional: true }],
    options: {},
    examples: ['bench keep-alive', 'bench file-sync 10000'],
  },
  {
    name: 'log',
    usage: 'log LEVEL',
    about: 'how much the node logs, until its next start or reload',
    takes: one('level'),
    options: {},
    examples: ['log debug', 'log info'],
    operates: true,
  },
  {
    name: 'export',
    usage: 'export FILE',
    about: 'write health, tree, links and dead letters to FILE, as JSON; a file that is there is not touched',
    takes: one('file'),
    options: {},
    examples: ['export worker1.json'],
  },
  {
    name: 'help',
    usage: 'help [COMMAND]',
    about: 'this, or one command with examples',
    takes: maybe('command'),
    options: {},
    examples: ['help', 'help trace'],
  },
  { name: 'exit', usage: 'exit', about: 'leave; so does Ctrl-D', ...bare, examples: ['exit'] },
];

export { logLevels };
export const commandNames: readonly string[] = catalogue.map(({ name }) => name);
export const specOf = (name: string): Spec | undefined => catalogue.find((spec) => spec.name === name);
