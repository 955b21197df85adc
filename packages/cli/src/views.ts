/** The views that are one question. */
import {
  isBalanced,
  isHealthy,
  isInSync,
  printable,
  renderAgent,
  renderBalance,
  renderHealth,
  renderNodes,
  renderTree,
} from '@muster/render';
import { exitCodes } from './exit-codes.ts';
import type { Look } from './view.ts';

const codeOf = (isFine: boolean) => (isFine ? exitCodes.fine : exitCodes.notInSync);

export const nodesLook: Look = async (client, paint) => {
  const value = await client.cluster();
  return { value, lines: renderNodes(value, paint), code: codeOf(isInSync(value)) };
};

/** Of `node`, or of the one that is asked. */
export const healthLook =
  (node: string | undefined): Look =>
  async (client, paint) => {
    const value = await client.at(node).health();
    return { value, lines: renderHealth(value, paint), code: codeOf(isHealthy(value)) };
  };

export const treeLook =
  (node: string | undefined): Look =>
  async (client, paint) => {
    const value = await client.at(node).tree();
    return { value, lines: renderTree(value, paint), code: exitCodes.fine };
  };

/** As Prometheus reads them. */
export const metricsLook =
  (node: string | undefined): Look =>
  async (client) => {
    const text = (await client.at(node).metrics()).trimEnd();
    return { value: text, lines: text.split('\n').map(printable), code: exitCodes.fine };
  };

export const whyLook =
  (node: string): Look =>
  async (client) => {
    const text = await client.explain(node);
    return { value: { node, text }, lines: [printable(text)], code: exitCodes.fine };
  };

/** `plan`: what a plan made now would do, too. Nothing is moved by asking. */
export const balanceLook =
  (plan: boolean): Look =>
  async (client, paint) => {
    const value = await client.balance();
    return { value, lines: renderBalance(value, plan, paint), code: codeOf(isBalanced(value)) };
  };

export const agentLook =
  (id: number): Look =>
  async (client, paint) => {
    const value = await client.agent(id);
    return { value, lines: renderAgent(value, paint), code: exitCodes.fine };
  };
