/** `top`: live on a terminal, rounds elsewhere. */
import type { Command, SortKey } from '../language/command.ts';
import { type Look, ratesOf } from '../rates.ts';
import { renderTop, topKeys } from '../render/top.ts';
import { pause, Stopped } from '../waiting.ts';
import { type Context, type Live, type Result, written } from './context.ts';
import { steadily } from './steadily.ts';
import { isCut } from './views.ts';

type Top = Extract<Command, { name: 'top' }>;

export const top = (command: Top, context: Context): Promise<Result> =>
  context.live === undefined ? rounds(command, context) : live(command, context, context.live);

const look = async (context: Context): Promise<Look> => {
  const actors = await steadily(context, (node) => node.tree());
  return { atMs: context.clock.now(), actors };
};

const lines = (before: Look | undefined, now: Look, sort: SortKey, context: Context): readonly string[] => {
  const { rows, columns } = context.live?.size() ?? { rows: Number.POSITIVE_INFINITY, columns: context.columns() };
  const view = { node: context.session.node(), rates: ratesOf(before, now), sort, isCut: isCut(now.actors) };
  return renderTop(view, context.style, rows - 1, columns);
};

/** Each round is measured over the time since the one before, so that the first comes after one pause. */
async function rounds({ rounds: wanted = 1, everyMs, sort }: Top, context: Context): Promise<Result> {
  const values: unknown[] = [];
  let before = await look(context);
  for (let round = 1; round <= wanted; round++) {
    await pause(context.clock, everyMs, context.stop);
    const now = await look(context);
    const text = lines(before, now, sort, context);
    if (context.json) values.push({ afterMs: now.atMs - before.atMs, actors: ratesOf(before, now) });
    else context.out([...(round > 1 ? [''] : []), ...text].join('\n'));
    if (!(await context.flow())) break;
    before = now;
  }
  return written(values);
}

/** Until a key that is no order, Ctrl-C, or so many rounds. */
async function live({ rounds: wanted, everyMs, sort: first }: Top, context: Context, screen: Live): Promise<Result> {
  let sort = first;
  let shown: readonly [before: Look | undefined, now: Look] | undefined;
  const ended = new AbortController();
  const stop = AbortSignal.any([context.stop, ended.signal]);
  const draw = (): void => {
    if (shown === undefined) return;
    const keys = 'm mailbox, r rate, b busy, s restarts, p path; any other key ends';
    screen.frame([
      ...lines(...shown, sort, context).slice(0, screen.size().rows - 2),
      context.style.paint(keys, 'dim'),
    ]);
  };
  const release = screen.keys((key) => {
    const wish = topKeys.get(key);
    if (wish === undefined) return ended.abort();
    sort = wish;
    draw();
  });
  try {
    let before: Look | undefined;
    for (let round = 0; wanted === undefined || round <= wanted; round++) {
      const now = await look({ ...context, stop });
      shown = [before, now];
      draw();
      before = now;
      if (round !== wanted) await pause(context.clock, everyMs, stop);
    }
  } catch (error) {
    // A key is how it ends, and so is Ctrl-C.
    if (!(error instanceof Stopped)) throw error;
  } finally {
    release();
    screen.done();
  }
  return written(null);
}
