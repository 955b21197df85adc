/** Commands that do something to a node; and `bench`, which only keeps an actor busy. */
import type { LogLevel } from '@muster/control';
import { printable } from '@muster/render';
import { pretty, span } from '../render/show.ts';
import { renderBench } from '../render/tables.ts';
import type { Context, Result } from './context.ts';
import { pathOf } from './views.ts';

export async function crash(written: string, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  await context.session.order((node) => node.crash(path), context);
  return { value: { crashed: path }, lines: [`${printable(path)} crashes; tree shows its restarts.`] };
}

export async function restart(written: string, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  await context.session.order((node) => node.restart(path), context);
  return { value: { restarted: path }, lines: [`${printable(path)} ended in good order, and began anew.`] };
}

export async function tell(written: string, message: string, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  await context.session.order((node) => node.tell(path, message), context);
  return { value: { told: path }, lines: [`${printable(path)} was told.`] };
}

export async function askActor(written: string, message: string, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  const answer = await context.session.order((node) => node.ask(path, message), context);
  return { value: answer, lines: [...pretty(answer.shown), `It answered in ${span(answer.tookMs)}.`] };
}

export async function bench(written: string, count: number, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  const measured = await context.session.order((node) => node.bench(path, count), context);
  return { value: { path, ...measured }, lines: renderBench(path, count, measured) };
}

export async function setLogLevel(level: LogLevel, context: Context): Promise<Result> {
  await context.session.order((node) => node.setLogLevel(level), context);
  const node = context.session.node();
  return { value: { node, level }, lines: [`${printable(node)} logs at ${level} until its next start or reload.`] };
}
