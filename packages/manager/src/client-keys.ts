/** `etc/client.keys` (`reference/agent-info.md` 1), read. */

/** One living line. */
export interface KeyLine {
  readonly id: number;
  readonly name: string;
  /** `any`, an address or CIDR. */
  readonly ip: string;
}

/** Which agents exist. Changed as a whole. */
export interface ClientKeys {
  readonly has: (id: number) => boolean;
  readonly of: (id: number) => KeyLine | undefined;
  /** By the name of its `queue/agent-info` file, `<name>-<ip>`. */
  readonly byFileName: (fileName: string) => KeyLine | undefined;
  /** A number that tells names of files apart, without making a text; undefined: no such agent. */
  readonly fileHash: (id: number) => number | undefined;
  readonly ids: () => Iterable<number>;
  readonly size: number;
}

/** The name of an agent's file in `queue/agent-info` (`reference/agent-info.md` 4): CIDR loses its mask. */
export const infoFileName = ({ name, ip }: Pick<KeyLine, 'name' | 'ip'>): string =>
  `${name}-${ip.includes('/') ? ip.slice(0, ip.indexOf('/')) : ip}`;
