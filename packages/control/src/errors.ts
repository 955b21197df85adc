/**
 * Why the running node could not be asked, or what it said instead of an answer.
 * `not-running`: nobody listens. `no-permission`: this user may not open the socket. `timeout`: no answer in
 * time. `broken`: the connection broke. `unexpected`: an answer of another kind. Anything else is the node's own code.
 */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Codes that mean that the node was not reached, as against reached and unwilling. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof ControlError && ['not-running', 'no-permission', 'timeout', 'broken'].includes(error.code);

/** Behind the node that answers: it has no link to the one that is asked for. */
const behind: ReadonlySet<string> = new Set(['no-master', 'not-linked']);

/** Whether the node that was meant, the one that is asked or one behind it, could not be reached; it may be there again later. */
export const isAway = (error: unknown): boolean =>
  isUnreachable(error) || (error instanceof ControlError && behind.has(error.code));

/** Puts `error`, of the system, the link or the node, into words for the person at the command line. */
export function controlError(error: unknown, root: string, path: string): ControlError {
  if (error instanceof ControlError) return error;
  const codes = codesOf(error);
  // The node's own refusal: its words are for people already.
  if (isRemote(error)) return new ControlError(codes[0] ?? 'failed', textOf(error), error);
  const is = (...known: readonly string[]): boolean => known.some((code) => codes.includes(code));
  if (is('ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'refused')) {
    return new ControlError(
      'not-running',
      `No Muster runs for R (${root}). Start it with: muster start --root ${root}`,
      error,
    );
  }
  if (is('EACCES', 'EPERM', 'not-permitted')) {
    const text = `This user may not open ${path}. Run the command as root, or as a member of the group that owns the socket.`;
    return new ControlError('no-permission', text, error);
  }
  if (is('ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE', 'bad-option')) {
    return new ControlError('not-running', `${path} is too long for a socket's path. Use a shorter R.`, error);
  }
  if (is('timeout', 'aborted', 'ETIMEDOUT')) {
    const text = `The Muster of R (${root}) did not answer in time. Its log, ${root}/logs/cluster.log, may say why.`;
    return new ControlError('timeout', text, error);
  }
  if (is('closed', 'hung-up', 'unreachable', 'EPIPE', 'ECONNRESET', 'shutting-down')) {
    return new ControlError('broken', `The Muster of R (${root}) closed the connection: ${textOf(error)}`, error);
  }
  return new ControlError(codes[0] ?? 'failed', textOf(error), error);
}

/** The codes of an error and of what caused it, outermost first. */
function codesOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return 'cause' in error ? [...own, ...codesOf(error.cause)] : own;
}

const isRemote = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'remote' in error && error.remote === true;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
