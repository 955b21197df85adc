/**
 * Every message that crosses a link: who may send it, to which actor, in which form, how large.
 */
import { type Static, Type } from '@sinclair/typebox';

const Epoch = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const NodeNameSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
const Digest = Type.Uint8Array({ minByteLength: 64, maxByteLength: 64 });
const Path = Type.String({ minLength: 1, maxLength: 4096 });
const Generation = Type.Object({ epoch: Epoch, generation: Epoch }, { additionalProperties: false });

/** `[path, size, digest]`: positional, for there may be thousands. */
export const FileRow = Type.Tuple([Path, Count, Digest]);

/** How far a node is with its files. */
export const SyncState = Type.Union([
  Type.Literal('starting'),
  Type.Literal('in-sync'),
  Type.Literal('syncing'),
  Type.Literal('held'),
  Type.Literal('failing'),
]);

/** Sent every interval, both ways. */
export const Beat = Type.Object(
  {
    type: Type.Literal('beat'),
    sequence: Count,
    /** The sender's wall clock, ms since 1970. */
    wallMs: Type.Number(),
    /** The generation that the sender's disk holds (worker) or has published (master). Absent: none yet. */
    holds: Type.Optional(Generation),
    state: SyncState,
    files: Count,
    /** The 99th percentile of the sender's event-loop delay since its last beat, ms. */
    loopDelayMs: Type.Number({ minimum: 0 }),
    /** Plain words on why the sender is not in sync; at most 2,000 characters. */
    why: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
);

/** The master has a new generation. With `base` and the rows, a worker that holds `base` needs no manifest. */
export const GenerationAnnounced = Type.Object(
  {
    type: Type.Literal('generation'),
    id: Generation,
    root: Digest,
    files: Count,
    bytes: Count,
    delta: Type.Optional(
      Type.Object(
        {
          base: Generation,
          put: Type.Array(FileRow, { maxItems: 500 }),
          remove: Type.Array(Path, { maxItems: 500 }),
          makeDirectories: Type.Array(Path, { maxItems: 500 }),
          removeDirectories: Type.Array(Path, { maxItems: 500 }),
          held: Type.Array(Path, { maxItems: 500 }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** A worker asks for the whole manifest of the current generation. Answered by a stream of manifest blocks. */
export const GetManifest = Type.Object(
  { type: Type.Literal('get-manifest'), id: Generation },
  { additionalProperties: false },
);

/**
 * A worker asks for content by digest, at most 1,000 in one stream. Answered by a stream: for each
 * digest, in order, one status byte (0 follows, 1 not here), the size as u64 big endian, the bytes.
 */
export const GetContent = Type.Object(
  { type: Type.Literal('get-content'), digests: Type.Array(Digest, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
);

/** A worker's guard holds `id` back and asks the master to look again and say the same once more. */
export const ConfirmGeneration = Type.Object(
  { type: Type.Literal('confirm-generation'), id: Generation },
  { additionalProperties: false },
);

/** A worker asks the master for the view of the whole cluster, for its own command line. */
export const GetCluster = Type.Object({ type: Type.Literal('get-cluster') }, { additionalProperties: false });

/** One node as every view shows it. */
export const NodeView = Type.Object(
  {
    name: NodeNameSchema,
    role: Type.Union([Type.Literal('master'), Type.Literal('worker')]),
    version: Type.String({ maxLength: 64 }),
    address: Type.String({ maxLength: 256 }),
    liveness: Type.Union([
      Type.Literal('unknown'),
      Type.Literal('up'),
      Type.Literal('suspect'),
      Type.Literal('down'),
      Type.Literal('left'),
    ]),
    /** Why the liveness is what it is, in plain words. */
    reason: Type.String({ maxLength: 2000 }),
    sync: SyncState,
    holds: Type.Optional(Generation),
    /** Generations behind the master's, where both are of one epoch. */
    lag: Type.Optional(Count),
    /** Milliseconds since the node first held something older than the master's newest; 0 in sync. */
    behindMs: Type.Number({ minimum: 0 }),
    files: Count,
    why: Type.Optional(Type.String({ maxLength: 2000 })),
    /** Milliseconds since it was last heard. 0 for the node itself. */
    heardMs: Type.Number({ minimum: 0 }),
    loopDelayMs: Type.Number({ minimum: 0 }),
    /** Its clock minus ours, ms, as measured on the link. */
    skewMs: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);

export const ClusterView = Type.Object(
  {
    type: Type.Literal('cluster'),
    cluster: Type.String({ maxLength: 512 }),
    generation: Type.Optional(Generation),
    nodes: Type.Array(NodeView, { maxItems: 1000 }),
  },
  { additionalProperties: false },
);

export type Beat = Static<typeof Beat>;
export type GenerationAnnounced = Static<typeof GenerationAnnounced>;
export type GetManifest = Static<typeof GetManifest>;
export type GetContent = Static<typeof GetContent>;
export type ConfirmGeneration = Static<typeof ConfirmGeneration>;
export type GetCluster = Static<typeof GetCluster>;
export type NodeView = Static<typeof NodeView>;
export type ClusterView = Static<typeof ClusterView>;
export type SyncState = Static<typeof SyncState>;
export type FileRow = Static<typeof FileRow>;

/** Every message between nodes. */
export type WireMessage =
  | Beat
  | GenerationAnnounced
  | GetManifest
  | GetContent
  | ConfirmGeneration
  | GetCluster
  | ClusterView;
