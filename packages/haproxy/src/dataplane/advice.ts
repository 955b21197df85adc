/** What an operator should mend, by the configuration. Pure. */
import type { Advice } from '../driver.ts';
import { type Json, numberIn, objectIn, textIn } from '../http/answer.ts';
import { redactor } from '../http/redact.ts';
import { bindsPort, type Found, type Front } from './backend.ts';

export interface Configured extends Found {
  /** Undefined: there is none, or it is not known which. */
  readonly defaults: Json | undefined;
  readonly servers: readonly Json[];
}

/** Three keep-alives of an agent (`reference/haproxy-runtime.md` 1). */
const leastTimeoutMs = 60_000;

export function adviceOn(configured: Configured, backend: string, agentPort: number): readonly Advice[] {
  const led = configured.fronts.filter((front) => front.leadsTo === backend);
  return [
    ...ofBackend(configured, backend),
    ...ofServers(configured, backend),
    ...ofFronts(configured.fronts, backend, agentPort),
    ...ofTimeouts(configured, led),
  ];
}

function ofBackend({ backend, defaults = {} }: Configured, name: string): readonly Advice[] {
  const mode = textIn(backend, 'mode') ?? textIn(defaults, 'mode') ?? 'tcp';
  const balance = objectIn(backend, 'balance') ?? objectIn(defaults, 'balance') ?? {};
  const algorithm = textIn(balance, 'algorithm') ?? 'roundrobin';
  return [
    ...note(mode !== 'tcp', 'mode', `backend ${name} is in mode ${mode}: agents need \`mode tcp\``),
    ...note(
      algorithm !== 'leastconn',
      'algorithm',
      `backend ${name} balances by ${algorithm}, which does not converge: set \`balance leastconn\``,
    ),
  ];
}

function ofServers({ backend, defaults = {}, servers }: Configured, name: string): readonly Advice[] {
  const inherited = { ...objectIn(defaults, 'default_server'), ...objectIn(backend, 'default_server') };
  const all = servers.map((server) => ({ ...inherited, ...server }));
  const named = (those: readonly Json[]): string => those.map((server) => textIn(server, 'name')).join(', ');
  const slow = all.filter((server) => (numberIn(server, 'slowstart') ?? 0) > 0);
  const bound = all.filter((server) => (numberIn(server, 'maxconn') ?? 0) > 0);
  const blind = all.filter((server) => textIn(server, 'check') !== 'enabled');
  return [
    ...note(
      slow.length > 0,
      'slowstart',
      `backend ${name}: \`slowstart\` of ${named(slow)} keeps the balance from converging: take it out`,
    ),
    ...note(
      bound.length > 0,
      'server-maxconn',
      `backend ${name}: \`maxconn\` of ${named(bound)} makes agents wait in a queue: take it out`,
    ),
    ...note(blind.length > 0, 'no-check', `backend ${name}: ${named(blind)} has no health check: add \`check\``),
  ];
}

function ofFronts(fronts: readonly Front[], backend: string, agentPort: number): readonly Advice[] {
  const onPort = fronts.filter((front) => bindsPort(front, agentPort));
  const others = onPort.filter((front) => front.leadsTo !== backend);
  const ownName = `${backend}_front_bind`;
  const elsewhere = fronts
    .filter((front) => front.leadsTo === backend)
    .some((front) =>
      front.binds.some((bind) => textIn(bind, 'name') === ownName && numberIn(bind, 'port') !== agentPort),
    );
  const names = others.map((front) => `${front.name} (backend ${front.leadsTo})`).join(', ');
  return [
    ...note(
      others.length > 0,
      'frontends',
      `port ${agentPort} of the agents is bound by ${names} too: leave it to one`,
    ),
    ...note(
      elsewhere && !onPort.some((front) => front.leadsTo === backend),
      'bind-port',
      `bind ${ownName} is not on the agents' port ${agentPort}: set it`,
    ),
  ];
}

/** A tunnel's timeout holds once bytes flow, else the lesser of client's and server's. None at all is for ever. */
function ofTimeouts({ backend, defaults = {} }: Configured, led: readonly Front[]): readonly Advice[] {
  const of = (object: Json, name: string): number | undefined => numberIn(object, name) ?? numberIn(defaults, name);
  const tunnel = of(backend, 'tunnel_timeout');
  const sides = [of(backend, 'server_timeout'), ...led.map(({ frontend }) => of(frontend, 'client_timeout'))];
  const least = tunnel ?? Math.min(...sides.map((side) => side ?? Number.POSITIVE_INFINITY));
  const text = `agents that are silent for ${least / 1_000} s are cut off: set \`timeout tunnel\` to ${leastTimeoutMs / 1_000} s at least`;
  return note(least < leastTimeoutMs, 'timeout', text);
}

/** Names and words of the configuration may be long, and anything. */
const note = (isSo: boolean, code: string, text: string): readonly Advice[] =>
  isSo ? [{ code, text: plain(text, longestText) }] : [];

const longestText = 400;
const plain = redactor([]);
