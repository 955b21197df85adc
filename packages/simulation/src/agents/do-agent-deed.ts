/** Agents and managers at work: each kind of deed and what it does. */

import type { FaultScene } from '../nemesis/theatre.ts';
import type { AgentDeed, AgentKind, DeedOf } from '../plan/deed.ts';
import * as acts from './acts.ts';
import { register } from './enrolment.ts';
import * as faults from './faults.ts';
import { assign, choose } from './groups.ts';
import { litter } from './litter.ts';

export type AgentFaultScene = acts.AgentScene & FaultScene;

type Acts = { readonly [K in AgentKind]: (scene: AgentFaultScene, deed: DeedOf<K>) => void };

const all: Acts = {
  'agent-register': register,
  'agent-remove': acts.remove,
  'agents-gone': acts.gone,
  'agent-restart': acts.restart,
  'agent-end': acts.end,
  'agent-move': acts.move,
  'agent-flap': acts.flap,
  'agent-news': acts.news,
  'agent-burst': acts.burst,
  'agent-groups': assign,
  'agent-chosen': choose,
  'agent-strays': acts.strays,
  'agent-litter': litter,
  'agent-list': acts.list,
  neighbour: faults.neighbour,
  'manager-down': faults.managerDown,
  'failing-store': faults.failingStore,
  'die-at-commit': faults.dieAtCommit,
  'damaged-store': faults.damagedStore,
};

/** Does it, at the time of the timeline. Never throws. */
export function doAgentDeed(scene: AgentFaultScene, deed: AgentDeed): void {
  (all[deed.kind] as (scene: AgentFaultScene, deed: AgentDeed) => void)(scene, deed);
}
