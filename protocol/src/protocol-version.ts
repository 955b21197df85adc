/** Versions of the wire, both included. A golden file that changes, or a new message, makes a new one. */
export interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

/** What this build speaks. */
export const protocolRange: ProtocolRange = { min: 1, max: 1 };

/** The newest version that both speak; undefined when there is none (`protocol-range`), or a range is upside down. */
export function commonVersion(ours: ProtocolRange, theirs: ProtocolRange): number | undefined {
  const version = Math.min(ours.max, theirs.max);
  return version >= Math.max(ours.min, theirs.min) ? version : undefined;
}
