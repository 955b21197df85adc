/** authd and remoted as the reference has them (`reference/agent-info.md` 1, 2, 8), in memory and without sockets. */
import { Buffer } from 'node:buffer';

export interface AuthdDouble {
  /** One request of `queue/sockets/auth`, without its frame. */
  handle(request: Uint8Array): Uint8Array;
  /** `etc/client.keys` as it stands now: living lines, then removed ones. */
  readonly clientKeys: () => string;
}

export interface AuthdDoubleOptions {
  readonly role: 'master' | 'worker';
  /** 64 hexadecimal digits, others each time. */
  readonly newKey: () => string;
  /** Client.keys is another from now on. */
  readonly changed?: (clientKeys: string) => void;
  /** Groups that there are; absent: any. */
  readonly groups?: ReadonlySet<string>;
  /** An agent got these groups. */
  readonly grouped?: (id: number, groups: readonly string[]) => void;
}

interface Line {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly key: string;
  readonly removed: boolean;
}

const idText = (id: number): string => String(id).padStart(3, '0');
const texts: Readonly<Record<number, string>> = {
  9002: 'bad JSON',
  9003: 'no function',
  9004: 'no argument',
  9005: 'no name',
  9006: 'no IP',
  9007: 'duplicate IP',
  9008: 'duplicate name',
  9010: 'no id',
  9011: 'id not found',
  9012: 'duplicate id',
  9014: 'invalid group',
  9015: 'cannot on a worker node',
};
const error = (code: number): unknown => ({ error: code, message: texts[code] });

export function authdDouble({ role, newKey, changed, groups, grouped }: AuthdDoubleOptions): AuthdDouble {
  let lines: Line[] = [];
  const clientKeys = (): string =>
    [...lines.filter(({ removed }) => !removed), ...lines.filter(({ removed }) => removed)]
      .map(({ id, name, ip, key, removed }) => `${idText(id)} ${removed ? '!' : ''}${name} ${ip} ${key}\n`)
      .join('');
  const change = (to: Line[]): void => {
    lines = to;
    changed?.(clientKeys());
  };

  const add = ({ name, ip, id: wanted, key, groups: csv }: Record<string, unknown>): unknown => {
    if (typeof name !== 'string') return error(9005);
    if (typeof ip !== 'string') return error(9006);
    const living = lines.filter(({ removed }) => !removed);
    if (living.some((line) => ip !== 'any' && line.ip === ip)) return error(9007);
    if (living.some((line) => line.name === name)) return error(9008);
    if (wanted !== undefined && lines.some((line) => line.id === Number(wanted))) return error(9012);
    const names = typeof csv === 'string' ? csv.split(',') : [];
    if (names.some((group) => groups?.has(group) === false)) return error(9014);
    const id = wanted === undefined ? Math.max(0, ...lines.map((line) => line.id)) + 1 : Number(wanted);
    const line = { id, name, ip, key: typeof key === 'string' ? key : newKey(), removed: false };
    change([...lines, line]);
    if (names.length > 0) grouped?.(id, names);
    return { error: 0, data: { id: idText(id), name, ip, key: line.key } };
  };

  const remove = ({ id: text, purge }: Record<string, unknown>): unknown => {
    if (text === undefined) return error(9010);
    const id = Number(text);
    const line = lines.find((one) => one.id === id && (purge === true || !one.removed));
    if (line === undefined) return error(9011);
    const others = lines.filter((one) => one !== line);
    change(purge === true ? others : [...others, { ...line, removed: true }]);
    return { error: 0, data: 'Agent removed' };
  };

  const answer = (text: string): unknown => {
    if (role === 'worker') return error(9015);
    let request: { function?: unknown; arguments?: Record<string, unknown> };
    try {
      request = JSON.parse(text) as typeof request;
    } catch {
      return error(9002);
    }
    if (request.function !== 'add' && request.function !== 'remove') return error(9003);
    if (request.arguments === undefined) return error(9004);
    return request.function === 'add' ? add(request.arguments) : remove(request.arguments);
  };
  return {
    clientKeys,
    handle: (request) => Buffer.from(JSON.stringify(answer(Buffer.from(request).toString('utf8')))),
  };
}

/** The remoted of a master: `guess` tells the group of a new agent by the MD5 of its merged.mg; none: `default`. */
export function remotedDouble({
  guess = () => undefined,
  assigned,
}: {
  readonly guess?: (mergedSum: string) => string | undefined;
  readonly assigned?: (id: number, group: string) => void;
} = {}): { handle(request: Uint8Array): Uint8Array } {
  return {
    handle: (request) => {
      const { command, parameters } = JSON.parse(Buffer.from(request).toString('utf8')) as {
        command: string;
        parameters: { agent: string; md5: string };
      };
      if (command !== 'assigngroup') return Buffer.from(JSON.stringify({ error: 9003, message: 'no such command' }));
      const group = guess(parameters.md5) ?? 'default';
      assigned?.(Number(parameters.agent), group);
      return Buffer.from(JSON.stringify({ group }));
    },
  };
}
