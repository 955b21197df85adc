/** One thing that happens to a cluster from outside: data only. */
import { agentDeeds } from './agent-deeds.ts';
import { doorDeeds } from './door-deeds.ts';
import type { Fields, ValueOf } from './field.ts';
import { haproxyDeeds } from './haproxy-deeds.ts';
import { nemesisDeeds } from './nemesis-deeds.ts';
import { workloadDeeds } from './workload-deeds.ts';

/** The fields of every kind of deed, beside `id`, `atMs` and `kind`. */
export const deedFields = {
  ...workloadDeeds,
  ...nemesisDeeds,
  ...agentDeeds,
  ...haproxyDeeds,
  ...doorDeeds,
} as const satisfies Readonly<Record<string, Fields>>;

export type DeedKind = keyof typeof deedFields;
export type WorkloadKind = keyof typeof workloadDeeds;
export type NemesisKind = keyof typeof nemesisDeeds;
/** Drawn apart from the others, so that plans are as they were before there were agents. */
export type AgentKind = keyof typeof agentDeeds;
/** Drawn apart too. */
export type HaproxyKind = keyof typeof haproxyDeeds;
/** Drawn apart too. */
export type DoorKind = keyof typeof doorDeeds;

export const workloadKinds = Object.keys(workloadDeeds) as readonly WorkloadKind[];
export const nemesisKinds = Object.keys(nemesisDeeds) as readonly NemesisKind[];
export const agentKinds = Object.keys(agentDeeds) as readonly AgentKind[];
export const haproxyKinds = Object.keys(haproxyDeeds) as readonly HaproxyKind[];
export const doorKinds = Object.keys(doorDeeds) as readonly DoorKind[];
export const deedKinds: readonly DeedKind[] = [
  ...workloadKinds,
  ...nemesisKinds,
  ...agentKinds,
  ...haproxyKinds,
  ...doorKinds,
];

/** What a deed of this kind says beside `id`, `atMs` and `kind`. */
export type FieldsOf<K extends DeedKind> = ValueOf<(typeof deedFields)[K]>;

/** `id` is the deed's own, whatever other deeds the plan has; its chance at run time comes from it. `atMs`: simulated. */
export type DeedOf<K extends DeedKind> = K extends DeedKind
  ? { readonly id: string; readonly atMs: number; readonly kind: K } & FieldsOf<K>
  : never;

/** Told apart by `kind`. */
export type Deed = DeedOf<DeedKind>;
export type WorkloadDeed = DeedOf<WorkloadKind>;
export type NemesisDeed = DeedOf<NemesisKind>;
export type AgentDeed = DeedOf<AgentKind>;
export type HaproxyDeed = DeedOf<HaproxyKind>;
export type DoorDeed = DeedOf<DoorKind>;

export const isWorkload = (deed: Deed): deed is WorkloadDeed => Object.hasOwn(workloadDeeds, deed.kind);
export const isOfHaproxy = (deed: Deed): deed is HaproxyDeed => Object.hasOwn(haproxyDeeds, deed.kind);
export const isOfDoors = (deed: Deed): deed is DoorDeed => Object.hasOwn(doorDeeds, deed.kind);
export const isOfAgents = (deed: Deed): deed is AgentDeed => Object.hasOwn(agentDeeds, deed.kind);

/** What `world.met` is told when a deed of this kind was done. */
export const situationOf = (kind: DeedKind): string => `deed ${kind}`;

/** One line: when, what, and each field. */
export function words(deed: Deed): string {
  const { id, atMs, kind, ...fields } = deed;
  const said = Object.entries(fields).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join('+') : value}`,
  );
  return [`${(atMs / 1_000).toFixed(3)} s`, `#${id}`, kind, said.join(', ')].join('  ').trimEnd();
}
