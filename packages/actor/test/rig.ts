import { type Behaviour, type Clock, type Parent, type Ref, type Scope, spawnActor, tell } from '../src/index.ts';
import { manualClock } from '../src/testing.ts';

export type Probe =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'crash'; readonly in?: 'decide' | 'perform' }
  | { readonly type: 'echo'; readonly text: string; readonly replyTo: Ref<string> }
  | { readonly type: 'silent'; readonly replyTo: Ref<string> }
  | { readonly type: 'do'; readonly work: (scope: Scope<Probe>) => void };

type Does =
  | { readonly type: 'write'; readonly line: string }
  | { readonly type: 'reply'; readonly to: Ref<string>; readonly text: string }
  | { readonly type: 'fail' }
  | { readonly type: 'call'; readonly work: (scope: Scope<Probe>) => void };

export type ProbeBehaviour = Behaviour<number, Probe, Probe, Does>;

/**
 * An actor that does what it is told. It writes `name+` when it starts, `name text` for a note with
 * the number of notes of this incarnation before it, `name-` when it ends in good order.
 */
export const probe =
  (name: string, lines: string[], more: Partial<ProbeBehaviour> = {}, clock: Clock = manualClock()) =>
  (parent: Parent): Ref<Probe> =>
    spawnActor<number, Probe, Probe, Does>(parent, {
      name,
      clock,
      init: () => {
        lines.push(`${name}+`);
        return 0;
      },
      decide: (count, message) => ({ state: count + 1, effects: effects(name, count, message) }),
      perform: (effect, scope) => perform(effect, scope, lines),
      stopping: () => [{ type: 'write', line: `${name}-` }],
      ...more,
    });

function effects(name: string, count: number, message: Probe): readonly Does[] {
  switch (message.type) {
    case 'note':
      return [{ type: 'write', line: `${name} ${message.text} ${count}` }];
    case 'crash':
      if (message.in === 'perform') return [{ type: 'fail' }];
      throw new Error('told to');
    case 'echo':
      return [{ type: 'reply', to: message.replyTo, text: message.text }];
    case 'silent':
      return [];
    case 'do':
      return [{ type: 'call', work: message.work }];
  }
}

function perform(effect: Does, scope: Scope<Probe>, lines: string[]): void {
  switch (effect.type) {
    case 'write':
      lines.push(effect.line);
      return;
    case 'reply':
      tell(effect.to, effect.text);
      return;
    case 'fail':
      throw new Error('told to');
    case 'call':
      effect.work(scope);
      return;
  }
}

export const note = (text: string): Probe => ({ type: 'note', text });
export const fault: Probe = { type: 'crash' };
export const call = (work: (scope: Scope<Probe>) => void): Probe => ({ type: 'do', work });

/** A promise and the hand that settles it. */
export function held<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Work that never ends. */
export const forever = (): Promise<string> => new Promise(() => {});
