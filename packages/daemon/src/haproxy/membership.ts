/** Keeps the balancers' picture of the cluster: who is a member, and how each stands. */
import type { Clock } from '@muster/actor';
import type { Member } from '@muster/haproxy-balancer';
import type { NodeView } from '@muster/protocol';
import type { KeptNames } from '../kept-names.ts';
import { type MemberSources, membersOf, sameMembers } from './members.ts';

export interface Membership {
  /** As they are now. */
  members(): readonly Member[];
  /** Peers live otherwise than before: keep-alive is asked. */
  peersChanged(): void;
  /** Who is drained has changed. */
  drainsChanged(): void;
  /** Tells them once more: one who was restarted knows nothing. */
  tellAgain(): void;
  close(): void;
}

export interface MembershipNeeds extends Pick<MemberSources, 'own' | 'config'> {
  readonly clock: Clock;
  /** What keep-alive says of the peers, now. May reject. */
  readonly rows: () => Promise<readonly NodeView[]>;
  readonly drained: Pick<KeptNames, 'all'>;
  /** Gets all members, each time that they are others than before; nothing before keep-alive has answered once. */
  readonly tell: (members: readonly Member[]) => void;
}

/** Before keep-alive is asked again that did not answer. */
const againMs = 1_000;

export function openMembership({ clock, rows, own, config, drained, tell }: MembershipNeeds): Membership {
  let peers: readonly NodeView[] | undefined;
  let members: readonly Member[] = [];
  let told: readonly Member[] | undefined;
  let closed = false;
  const tellAgain = (): void => {
    if (closed || peers === undefined) return;
    told = members;
    tell(members);
  };
  const settle = (): void => {
    const sources = { rows: peers ?? [], own, config, drained: drained.all(), now: clock.now() };
    members = membersOf(sources, members);
    if (told === undefined || !sameMembers(told, members)) tellAgain();
  };
  const look = openLook(clock, rows, (found) => {
    peers = found;
    settle();
  });
  return {
    members: () => members,
    peersChanged: look.now,
    drainsChanged: settle,
    tellAgain,
    close: () => {
      closed = true;
      look.close();
    },
  };
}

/** One question to keep-alive in flight; what changed meanwhile is asked for after it. */
function openLook(
  clock: Clock,
  rows: () => Promise<readonly NodeView[]>,
  found: (rows: readonly NodeView[]) => void,
): { readonly now: () => void; readonly close: () => void } {
  let asking = false;
  let again = false;
  let closed = false;
  let cancel: () => void = () => {};
  const ended = (): void => {
    asking = false;
    if (again) look();
  };
  const look = (): void => {
    again = asking;
    if (asking || closed) return;
    asking = true;
    cancel();
    rows().then(
      (value) => {
        if (!closed) found(value);
        ended();
      },
      () => {
        if (!closed) cancel = clock.after(againMs, look);
        ended();
      },
    );
  };
  return {
    now: look,
    close: () => {
      closed = true;
      cancel();
    },
  };
}
