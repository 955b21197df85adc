/** Random sequences of what happens to a HAProxy: commands, clients, servers. */
import type { Dice } from '../../src/dice.ts';

export type Step =
  | { readonly what: 'say'; readonly line: string }
  | { readonly what: 'connect' | 'leave' | 'cut'; readonly client: string }
  | { readonly what: 'listen' | 'silence'; readonly address: string }
  | { readonly what: 'restart' | 'reload' };

export const backend = 'wazuh_reporting';
const names = ['s0', 'a', 'b', 'c'] as const;
export const addressOf = (name: string): string => `127.0.0.${40 + names.indexOf(name as 's0')}`;
export const staticServer = (port: number): string => `s0 ${addressOf('s0')}:${port} check inter 10ms weight 100`;

/** Of which some mean nothing, or come at the wrong time. */
export function stepsOf(dice: Dice, port: number): readonly Step[] {
  const clients: string[] = [];
  const listening = new Set(['s0', 'a', 'b', 'c'].map(addressOf));
  const count = dice.int(8, 24);
  const ready = dice.int(0, 3);
  return Array.from({ length: count }, (_, index): Step => {
    if (index < ready) return { what: 'say', line: readied(names[index + 1]!, dice.pick(weights), port) };
    const name = dice.pick(names);
    const drawn = dice.next();
    if (drawn < 0.25) {
      clients.push(`c${clients.length}`);
      return { what: 'connect', client: clients.at(-1)! };
    }
    if (drawn < 0.32 && clients.length > 0) return { what: 'leave', client: dice.pick(clients) };
    if (drawn < 0.42 && clients.length > 0) return { what: 'cut', client: dice.pick(clients) };
    if (drawn < 0.5) {
      const address = addressOf(name);
      if (listening.delete(address)) return { what: 'silence', address };
      listening.add(address);
      return { what: 'listen', address };
    }
    if (drawn < 0.52) return { what: dice.pick(['restart', 'reload']) };
    return { what: 'say', line: command(dice, name, port) };
  });
}

const weights = ['', ' weight 100', ' weight 100', ' weight 50', ' weight 256', ' weight 1', ' weight 300'];

const readied = (name: string, weight: string, port: number): string => {
  const place = `${backend}/${name}`;
  return `add server ${place} ${addressOf(name)}:${port} check inter 10ms${weight};enable health ${place};set server ${place} state ready`;
};

function command(dice: Dice, name: string, port: number): string {
  const place = `${dice.chance(0.03) ? 'other' : backend}/${dice.chance(0.05) ? 'nobody' : name}`;
  const check = dice.pick([
    '',
    ' check inter 10ms',
    ' check inter 10ms rise 2 fall 3',
    ' check inter 10ms fall 1 rise 1',
  ]);
  const weight = dice.pick(weights);
  const address = addressOf(dice.chance(0.8) ? name : dice.pick(names));
  return dice.pick([
    `add server ${place} ${addressOf(name)}:${port}${check}${weight}`,
    `add server ${place} ${addressOf(name)}:${port}${check}${weight};enable health ${place};set server ${place} state drain`,
    `add server ${place} ${addressOf(name)}:${port} check inter 10ms weight 100;enable health ${place};set server ${place} state ready`,
    `enable health ${place}`,
    `disable health ${place}`,
    `set server ${place} state ${dice.pick(['ready', 'drain', 'maint', 'maint', 'ready', 'asleep'])}`,
    `set server ${place} state ${dice.pick(['ready', 'drain', 'maint', 'maint', 'ready'])}`,
    `set server ${place} weight ${dice.pick(['0', '1', '50', '100', '200', '256', '50%', '300', 'x'])}`,
    `set weight ${place} ${dice.pick(['10', '100', '20%'])}`,
    `get weight ${place}`,
    `set server ${place} addr ${address}`,
    `set server ${place} addr ${address} port ${port}`,
    `del server ${place}`,
    `set server ${place} state maint;del server ${place}`,
    `shutdown sessions server ${place}`,
    `shutdown session ${dice.pick(['0x1', 'all', ''])}`,
    'show backend',
    'show servers state nobody',
    'show stat nobody 4 -1',
    'please',
  ]);
}
