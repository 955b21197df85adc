import { catalogue, specOf } from '../language/catalogue.ts';
import type { Command } from '../language/command.ts';
import type { Parsed } from '../language/parse.ts';
import { renderHelp, renderHelpOf } from '../render/help.ts';
import { type Context, Refusal, type Result, written } from './context.ts';
import { events } from './events.ts';
import { askActor, bench, crash, restart, setLogLevel, tell } from './orders.ts';
import { top } from './top.ts';
import { trace } from './trace.ts';
import { deadLetters, exportTo, health, links, look, nodes, show, tree, why } from './views.ts';

/** Does one command. Rejects with a `Refusal`, a `ControlError`, or `Stopped`. */
export async function run({ command, spec }: Extract<Parsed, { ok: true }>, context: Context): Promise<Result> {
  if (spec.operates === true && !context.operate) throw new Refusal(needsOperate(spec.name));
  return await perform(command, context);
}

/** What is said of an order that may not be given. */
export const needsOperate = (name: string): string =>
  `${name} changes the node. Begin the inspector with: muster inspect --operate`;

function perform(command: Command, context: Context): Promise<Result> | Result {
  switch (command.name) {
    case 'tree':
      return tree(context);
    case 'top':
      return top(command, context);
    case 'show':
      return show(command.path, context);
    case 'trace':
      return trace(command, context);
    case 'why':
      return why(command.node, context);
    case 'dead-letters':
      return deadLetters(context);
    case 'links':
      return links(context);
    case 'events':
      return events(command, context);
    case 'health':
      return health(context);
    case 'nodes':
      return nodes(context);
    case 'node':
      return look(command.node, context);
    case 'export':
      return exportTo(command.file, context);
    case 'help':
      return help(command.command, context);
    case 'exit':
      return written(null);
    default:
      return order(command, context);
  }
}

/** What `perform` leaves. */
type Order = Extract<
  Command,
  | { readonly name: 'ask' | 'tell' }
  | { readonly name: 'crash' | 'restart' }
  | { readonly name: 'bench' }
  | { readonly name: 'log' }
>;

function order(command: Order, context: Context): Promise<Result> {
  switch (command.name) {
    case 'ask':
      return askActor(command.path, command.message, context);
    case 'tell':
      return tell(command.path, command.message, context);
    case 'crash':
      return crash(command.path, context);
    case 'restart':
      return restart(command.path, context);
    case 'bench':
      return bench(command.path, command.count, context);
    case 'log':
      return setLogLevel(command.level, context);
  }
}

function help(name: string | undefined, { style }: Context): Result {
  const spec = name === undefined ? undefined : specOf(name);
  const specs = spec === undefined ? catalogue : [spec];
  const value = specs.map(({ name: command, usage, about, examples }) => ({ command, usage, about, examples }));
  return { value, lines: spec === undefined ? renderHelp(style.paint) : renderHelpOf(spec) };
}
