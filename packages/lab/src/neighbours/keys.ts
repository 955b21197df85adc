/** `etc/client.keys` as a remoted reads it (`reference/agent-info.md` 1). */

export interface KeyedAgent {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  readonly key: string;
}

export type Keys = ReadonlyMap<number, KeyedAgent>;

/** Living lines by id; removed ones, and lines that are none, are left out. */
export function parseKeys(text: string): Keys {
  const keys = new Map<number, KeyedAgent>();
  for (const line of text.split('\n')) {
    const [, id, name, ip, key] = /^(\d{1,10}) ([A-Za-z0-9._-]{1,128}) ([0-9A-Za-z.:/]+) (\S+)$/.exec(line) ?? [];
    if (id === undefined || name === undefined || ip === undefined || key === undefined) continue;
    if (Number(id) > 0) keys.set(Number(id), { id: Number(id), name, ip, key });
  }
  return keys;
}
