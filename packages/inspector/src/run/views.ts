/** Commands that ask once and show what there is. */
import type { ActorRow } from '@muster/control';
import { MAX_VIEW_ROWS } from '@muster/protocol';
import { printable, renderHealth, renderNodes, renderTree } from '@muster/render';
import { findPath } from '../language/paths.ts';
import { renderDetail } from '../render/detail.ts';
import { renderDeadLetters, renderLinks } from '../render/tables.ts';
import type { Asking } from '../session.ts';
import { type Context, Refusal, type Result } from './context.ts';

/** A tree as long as one answer may be is cut: there may be more. */
export const isCut = (actors: readonly ActorRow[]): boolean => actors.length >= MAX_VIEW_ROWS;

const ask = <T>(context: Context, asking: Asking<T>): Promise<T> => context.session.view(asking, context);

/** The whole path of the actor that `written` means. */
export async function pathOf(written: string, context: Context): Promise<string> {
  const actors = await ask(context, (node) => node.tree());
  const found = findPath(
    written,
    actors.map(({ path }) => path),
    !isCut(actors),
  );
  if (!found.ok) throw new Refusal(found.text);
  return found.path;
}

export async function tree(context: Context): Promise<Result> {
  const actors = await ask(context, (node) => node.tree());
  const { paint, boxes } = context.style;
  const more = isCut(actors) ? ['', `These are the first ${actors.length}; show and trace know the others, too.`] : [];
  return { value: actors, lines: [...renderTree(actors, paint, boxes), ...more] };
}

export async function show(written: string, context: Context): Promise<Result> {
  const path = await pathOf(written, context);
  const detail = await ask(context, (node) => node.actor(path));
  return { value: detail, lines: renderDetail(detail, context.style) };
}

export async function why(node: string, context: Context): Promise<Result> {
  const text = await ask(context, (_node, here) => here.explain(node));
  return { value: { node, text }, lines: [printable(text)] };
}

export async function deadLetters(context: Context): Promise<Result> {
  const list = await ask(context, (node) => node.deadLetters());
  return { value: list, lines: renderDeadLetters(list, context.style) };
}

export async function links(context: Context): Promise<Result> {
  const list = await ask(context, (node) => node.links());
  return { value: list, lines: renderLinks(list, context.style) };
}

export async function health(context: Context): Promise<Result> {
  const view = await ask(context, (node) => node.health());
  return { value: view, lines: renderHealth(view, context.style.paint) };
}

export async function nodes(context: Context): Promise<Result> {
  const view = await ask(context, (_node, here) => here.cluster());
  return { value: view, lines: renderNodes(view, context.style.paint) };
}

/** Only a node that answers is looked at. */
export async function look(name: string | undefined, context: Context): Promise<Result> {
  const { session } = context;
  if (name === undefined) {
    const { node } = await ask(context, (at) => at.health());
    return { value: { node }, lines: [`You look at ${printable(node)}.`] };
  }
  const { node, role, pid } = await ask(context, (_node, here) => here.at(name).health());
  session.look(node);
  return { value: { node, role, pid }, lines: [`You look at ${printable(node)} now, a ${role}, process ${pid}.`] };
}

/** What of it cannot be had is in the file in words. */
export async function exportTo(file: string, context: Context): Promise<Result> {
  const had = async <T>(asking: Asking<T>): Promise<T | { readonly error: string }> => {
    try {
      return await ask(context, asking);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ControlError') throw error;
      return { error: error.message };
    }
  };
  const own = await ask(context, (node) => node.health());
  const facts = {
    madeAt: new Date(context.wallNow()).toISOString(),
    node: own.node,
    health: own,
    tree: await had((node) => node.tree()),
    links: await had((node) => node.links()),
    deadLetters: await had((node) => node.deadLetters()),
  };
  const text = `${JSON.stringify(facts, null, 2)}\n`;
  await context.save(file, text);
  const lines = [
    `${printable(file)} holds health, tree, links and dead letters of ${facts.node}: ${text.length} characters.`,
  ];
  return { value: { file, node: facts.node, characters: text.length }, lines };
}
