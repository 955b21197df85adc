import { type EventKind, eventKinds } from '@muster/protocol';
import { type Sample, sample } from '../sample.ts';

export const eventSamples = (counts: Readonly<Record<EventKind, number>>): readonly Sample[] =>
  eventKinds.map((kind) => sample('muster_events_total', counts[kind], { kind }));
