/** What a double answers, before it is wrapped as its version does. */
import type { Fields } from './world.ts';

export interface DoubleAnswer {
  readonly status: number;
  /** Undefined: none. A text is sent as it is where the operation has texts. */
  readonly body?: unknown;
  readonly reloadId?: string;
}

export const told = (body: unknown, status = 200): DoubleAnswer => ({ status, body });
export const failed = (status: number, message: string): DoubleAnswer => ({ status, body: { code: status, message } });

/** One call, with what its path and query say of it. */
export interface DoubleCall {
  /** `PUT configuration/servers/{name}`: the same in both versions. */
  readonly name: string;
  /** Backend or frontend that it is about. */
  readonly parent: string;
  /** Of the server or backend, or the id of a transaction or reload. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export const fieldsIn = ({ body }: DoubleCall): Fields => body as Fields;
