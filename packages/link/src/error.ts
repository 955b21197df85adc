/**
 * What went wrong with a link, in stable codes.
 *
 * Dialing and handshake: `wrong-key`, `unknown-identity`, `refused`, `unreachable`, `timeout`, `not-tls`,
 * `hung-up`, `aborted`, `in-use`, `bind-failed`, `bad-option`, `not-permitted`, `protocol-violation`, or the `CloseCode` of a refused hello.
 * Open links: `closed`, `timeout`, `overloaded`, `too-many-streams`, `too-many-asks`, `aborted`, `stalled`, or what the peer's actor said (`remote`).
 */
export class LinkError extends Error {
  readonly code: string;
  /** The peer's node name or address, where it is known. */
  readonly peer: string | undefined;
  /** The peer sent the code and the text: show them, do not branch on more than the codes you expect. */
  readonly remote: boolean;

  constructor(
    code: string,
    text: string,
    more: { readonly peer?: string; readonly cause?: unknown; readonly remote?: boolean } = {},
  ) {
    super(text, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'LinkError';
    this.code = code;
    this.peer = more.peer;
    this.remote = more.remote ?? false;
  }
}
