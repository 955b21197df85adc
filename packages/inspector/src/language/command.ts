import type { LogLevel } from '@muster/control';
import { type EventKind, eventKinds } from '@muster/protocol';

export const sortKeys = ['mailbox', 'rate', 'busy', 'restarts', 'path'] as const;
/** What `top` is sorted by: messages that wait, messages a second, share of the time, restarts. */
export type SortKey = (typeof sortKeys)[number];

export const logLevels = ['critical', 'error', 'warning', 'info', 'debug', 'debug2'] as const satisfies LogLevel[];
export { eventKinds };

/** When a command that goes on by itself ends; absent: not by itself. */
export interface Until {
  readonly forMs?: number;
  readonly count?: number;
}

/** One command, as the inspector does it. Paths are as they were written: whole, or the end of one. */
export type Command =
  | { readonly name: 'tree' | 'dead-letters' | 'links' | 'health' | 'nodes' | 'exit' }
  | { readonly name: 'top'; readonly sort: SortKey; readonly rounds: number | undefined; readonly everyMs: number }
  | { readonly name: 'show'; readonly path: string }
  | { readonly name: 'crash' | 'restart'; readonly path: string }
  | ({ readonly name: 'trace'; readonly pattern: string } & Until)
  | { readonly name: 'why'; readonly node: string }
  | { readonly name: 'node'; readonly node: string | undefined }
  | ({
      readonly name: 'events';
      readonly last: number;
      readonly kind: EventKind | undefined;
      readonly follow: boolean;
    } & Until)
  | { readonly name: 'ask' | 'tell'; readonly path: string; readonly message: string }
  | { readonly name: 'bench'; readonly path: string; readonly count: number }
  | { readonly name: 'log'; readonly level: LogLevel }
  | { readonly name: 'export'; readonly file: string }
  | { readonly name: 'help'; readonly command: string | undefined };

export type CommandName = Command['name'];
