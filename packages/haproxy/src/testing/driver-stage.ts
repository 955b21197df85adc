import type { Driver, Server, WantedServer } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';

export const never: AbortSignal = new AbortController().signal;

/** What a suite needs of a test framework: it knows none itself. */
export interface TestFramework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => Promise<void>) => void;
  /** Deep equality; throws when it does not hold. */
  readonly equal: (actual: unknown, expected: unknown) => void;
}

/** A HAProxy, real or not, with an agents' backend that has no server yet (or has it after `prepare`). */
export interface DriverStage {
  readonly driver: Driver;
  /** Of a host on which somebody takes agents, each call another; `dead`: one on which nobody does. */
  manager(kind: 'alive' | 'dead'): Promise<Place>;
  /**
   * Waits until it holds: asks again and again, and lets time pass in between, real or not. Throws with `what`
   * when it does not come true in a time that is long for the stage.
   */
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
  /** `count` agents connect through HAProxy and stay, without coming back when they are cut. Absent: no agents here. */
  connect?(count: number): Promise<void>;
  /** HAProxy ends and starts anew with the configuration that it has on disk. Absent: it cannot. */
  restart?(): Promise<void>;
  close(): Promise<void>;
}

/** Where a server is to be. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Declares a test on a prepared stage. */
export type On = (title: string, body: (stage: DriverStage) => Promise<void>) => void;

/** A server for the node `name`, where somebody listens or not. */
export async function wantedAt(
  stage: DriverStage,
  name: string,
  kind: 'alive' | 'dead' = 'alive',
): Promise<WantedServer> {
  return { name, ...(await stage.manager(kind)), weight: 100 };
}

/** Undefined: there is none of this name. */
export const seen = async ({ driver }: DriverStage, name: string): Promise<Server | undefined> =>
  (await driver.servers(never)).find((server) => server.name === name);

/** The fault's code, or what else it was. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'resolved',
    (error: unknown) => (error instanceof HaproxyError ? error.code : error),
  );
