import {
  type CloseCode,
  clip,
  commonVersion,
  type Hello,
  isNodeName,
  type NodeName,
  type ProtocolRange,
  protocolRange,
  type Role,
} from '@muster/protocol';
import type { PeerIdentity } from './transport.ts';

/** Who this node says it is. */
export interface OwnIdentity {
  readonly cluster: string;
  readonly node: NodeName;
  readonly role: Role;
  /** Of Muster, for showing. */
  readonly version: string;
  /** The protocol versions it speaks. Default `protocolRange`. */
  readonly protocol?: ProtocolRange;
}

export type Judgement =
  /** `protocol`: the highest version that both speak. */
  | { readonly accept: true; readonly protocol: number }
  | { readonly accept: false; readonly code: CloseCode; readonly text: string };

/**
 * Everything that can be said of a hello without knowing the other links. It is checked whole before
 * anything is registered (`reference/links.md` 2, quirks). `proven`: what the transport proved, if it proves.
 */
export function judgeHello(hello: Hello, own: OwnIdentity, proven: PeerIdentity | undefined): Judgement {
  const range = own.protocol ?? protocolRange;
  const protocol = commonVersion(range, hello.protocol);
  if (protocol === undefined)
    return refuse(
      'protocol-range',
      `"${hello.node}" (version ${hello.version}) speaks the protocol ${show(hello.protocol)}, "${own.node}" (version ${own.version}) speaks ${show(range)}: upgrade the older of the two`,
    );
  if (!isNodeName(hello.node))
    return refuse(
      'bad-name',
      `"${hello.node}" is no node name: use 1 to 64 letters, digits, "_" and "-" in <node_name>`,
    );
  if (proven !== undefined && differs(hello, proven))
    return refuse(
      'identity-mismatch',
      `the hello says ${hello.role} "${hello.node}" of "${hello.cluster}", the key proved ${proven.role} "${proven.node}" of "${proven.cluster}"`,
    );
  if (hello.cluster !== own.cluster)
    return refuse(
      'wrong-cluster',
      `"${hello.node}" belongs to the cluster "${hello.cluster}", the master's is "${own.cluster}": make the <name> in <cluster> the same on both`,
    );
  if (hello.role !== 'worker')
    return refuse('wrong-role', `"${hello.node}" is a ${hello.role}: only a worker may join; check its <node_type>`);
  if (hello.node === own.node)
    return refuse(
      'name-is-masters',
      `the ${own.role} itself is "${own.node}": give the other node a <node_name> of its own`,
    );
  return { accept: true, protocol };
}

const differs = (hello: Hello, proven: PeerIdentity): boolean =>
  hello.node !== proven.node || hello.role !== proven.role || hello.cluster !== proven.cluster;

const show = ({ min, max }: ProtocolRange): string => (min === max ? `${min}` : `${min} to ${max}`);

const refuse = (code: CloseCode, text: string): Judgement => ({ accept: false, code, text: clip(text) });
