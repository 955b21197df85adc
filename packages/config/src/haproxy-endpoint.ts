import { type Findings, quoted } from './fault.ts';
import { withoutUser } from './muster-faults.ts';

/** Where one HAProxy is asked, as `haproxy.instances` writes it. */
export type HaproxyPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'tls' | 'http' | 'https'; readonly host: string; readonly port: number };

/** `/run/haproxy/admin.sock`, `tls://[::1]:9999`: one form for each place. */
export function placeText(place: HaproxyPlace): string {
  if (place.kind === 'unix') return place.path;
  return `${place.kind}://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
}

/** What the address of a unix socket may hold, bytes. */
const maxSocketPath = 107;

/** Reads the item `index` of `haproxy.instances`; undefined, and a fault, when it is no place. */
export function readPlace(text: string, index: number, findings: Findings): HaproxyPlace | undefined {
  const wrong = (what: string, allowed: string, cure: string): undefined => {
    const value = quoted(withoutUser(text));
    findings.fault({ code: 3004, text: what, option: `haproxy.instances.${index}`, value, allowed, cure });
  };
  const path = /^(?:unix:)?(\/.*)$/s.exec(text)?.[1];
  if (path !== undefined) {
    if (Buffer.byteLength(path) <= maxSocketPath && !path.includes('\0')) return { kind: 'unix', path };
    const cure = 'Move the socket to a shorter path: `stats socket` of haproxy.cfg.';
    return wrong('The path of the socket is too long', `at most ${maxSocketPath} bytes`, cure);
  }
  const allowed = 'tcp://HOST:PORT, tls://HOST:PORT, http://HOST:PORT or https://HOST:PORT, an IPv6 address in []';
  if (/^[a-z]+:\/\/[^/]*@/.test(text)) {
    const cure = 'Write them as <haproxy_user> and <haproxy_password> of <haproxy_helper> in ossec.conf.';
    return wrong('The address of an HAProxy holds a user or a password', allowed, cure);
  }
  const [, kind = '', bracketed, plain, digits = ''] =
    /^(tcp|tls|https?):\/\/(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})\/?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isHost = bracketed === undefined ? host !== '' : isIpv6(bracketed);
  if (isHost && port >= 1 && port <= 65_535) return { kind: kind as 'tcp', host, port };
  return wrong('The address of an HAProxy is not one', allowed, 'Write where it is asked, with its port.');
}

/** Whether the file system and the programs of this machine are those of the HAProxy. */
export const isHere = (place: HaproxyPlace): boolean =>
  place.kind === 'unix' || place.host === 'localhost' || place.host === '::1' || /^127(\.[0-9]+){3}$/.test(place.host);

/** Driven by the Runtime API. */
export const isRuntime = ({ kind }: HaproxyPlace): boolean => kind === 'unix' || kind === 'tcp' || kind === 'tls';

function isIpv6(text: string): boolean {
  try {
    return new URL(`http://[${text}]/`).hostname !== '';
  } catch {
    return false;
  }
}
