/** HAProxy cannot be asked, or did not do what was asked. The text names the fault and its cure, and holds no secret. */
export class HaproxyError extends Error {
  readonly code: HaproxyFault;
  /** As `Driver.endpoint`. */
  readonly endpoint: string;

  constructor(endpoint: string, code: HaproxyFault, text: string, cause?: unknown) {
    super(`${endpoint}: ${text}`, cause === undefined ? {} : { cause });
    this.name = 'HaproxyError';
    this.code = code;
    this.endpoint = endpoint;
  }
}

/**
 * `unreachable`: nobody answers. `refused`: wrong user, password, certificate or rights. `timed-out`. `bad-answer`:
 * what answers does not speak as HAProxy does. `too-large`: it says more than is taken. `no-backend`. `conflict`:
 * others change the configuration at the same time. `address-differs`. `bad-name`: a name or address that cannot be
 * sent. `failed`: HAProxy said that it did not. `unsupported`: this driver or version cannot.
 */
export type HaproxyFault =
  | 'unreachable'
  | 'refused'
  | 'timed-out'
  | 'bad-answer'
  | 'too-large'
  | 'no-backend'
  | 'conflict'
  | 'address-differs'
  | 'bad-name'
  | 'failed'
  | 'unsupported';
