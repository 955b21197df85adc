/**
 * Takes the keys of a terminal away from its line editor while a command runs. Keys that the command does not want are
 * kept, and handed to the editor when it is over: what is typed or pasted ahead is not lost.
 */
import type { EventEmitter } from 'node:events';

/** As `node:readline` tells it. */
export interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

export interface TakenKeys {
  /** From now on every key but Ctrl-C goes to `obey`; the returned function ends that. */
  readonly give: (obey: (key: string) => void) => () => void;
  /** The editor has the keys again, those that were kept first. */
  readonly release: () => void;
}

/** More typed ahead than this is dropped: it is a cat on the keyboard. */
const maxKept = 10_000;

type Listener = (text: string | undefined, key: Key) => void;

/** `stopped` is called for each Ctrl-C. */
export function takeKeys(input: EventEmitter, stopped: () => void): TakenKeys {
  const editors = input.listeners('keypress') as Listener[];
  const kept: (readonly [text: string | undefined, key: Key])[] = [];
  let obey: ((key: string) => void) | undefined;
  const take: Listener = (text, key) => {
    if (key.ctrl === true && key.name === 'c') stopped();
    else if (obey !== undefined) obey(key.sequence ?? text ?? '');
    else if (kept.length < maxKept) kept.push([text, key]);
  };
  for (const editor of editors) input.off('keypress', editor);
  input.on('keypress', take);
  return {
    give: (to) => {
      obey = to;
      return () => {
        obey = undefined;
      };
    },
    release: () => {
      input.off('keypress', take);
      for (const editor of editors) input.on('keypress', editor);
      // A line among them begins a command, which takes the rest of the keys by itself.
      for (const [text, key] of kept) input.emit('keypress', text, key);
    },
  };
}
