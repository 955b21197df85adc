/**
 * Every limit of the wire, with its reason. Bytes unless the name says otherwise.
 */

const KIB = 1024;

/** What a frame's length field may say. Control messages are small; bulk rides in many frames, so that a heartbeat waits for one at most. */
export const MAX_FRAME = 256 * KIB;

/** The same before hello and welcome: a stranger is given no more room (`reference/security.md` 4, "before authentication"). */
export const MAX_HELLO_FRAME = 4 * KIB;

/** u32 length, u8 kind. */
export const FRAME_HEADER = 5;

/** u32 length, u8 kind, u32 stream. */
export const DATA_HEADER = 9;

/** Raw bytes of one data frame: what is left of a frame beside its kind and its stream id. */
export const MAX_DATA = MAX_FRAME - 5;

/** Nested arrays and maps. The deepest message has 7; the rest is room for messages to come, far below any stack. */
export const MAX_DEPTH = 16;

/** Values in one msgpack text, keys not counted. The largest message, a tree of 1,000 actors, has about 11,000. */
export const MAX_VALUES = 20_000;

/** Fields of one map. The widest message has 17. */
export const MAX_FIELDS = 32;

/**
 * Memory that decoding may take, as a multiple of the text's length; with the frame itself and the
 * copy of its binary fields the promise is 8. Thousands of empty maps in few bytes are refused by it.
 */
export const MAX_COST_FACTOR = 6;

/** Memory that decoding any text may take, however short: a map of few fields costs more than 6x. */
export const FREE_COST = 4 * KIB;

/** One block of a manifest: at most half a frame, so that one is decoded in well under a millisecond. */
export const MAX_MANIFEST_BLOCK = 128 * KIB;

/** Rows (directories, held paths, files) of one manifest block: 4 values a file stay below `MAX_VALUES`. */
export const MAX_BLOCK_ROWS = 4_000;

/** Files, directories and held paths of one manifest, each: four times the 250,000 that a node is meant for, so that no peer fills memory with rows. */
export const MAX_MANIFEST_ROWS = 1_000_000;

/** Digests in one `get-content`: 66 KB. */
export const MAX_DIGESTS = 1_000;

/** Rows of a generation's delta, of all its lists together. More is cheaper as a manifest. */
export const MAX_DELTA_ROWS = 500;

/** Bytes of all rows of a delta: leaves 56 KiB of the frame for the rest. */
export const MAX_DELTA_BYTES = 200 * KIB;

/** Credit in one grant: two links' worth of a 100 ms round trip at 300 MB/s. */
export const MAX_CREDIT = 64 * KIB * KIB;

/** UTF-16 units of a text for people: a paragraph. */
export const MAX_TEXT = 2_000;

/** UTF-16 units of an answer that explains a whole node. */
export const MAX_EXPLANATION = 20_000;

/** Bytes of a path in all, and of one part: Linux's PATH_MAX and NAME_MAX. */
export const MAX_PATH = 4_096;
export const MAX_PATH_PART = 255;

/** UTF-16 units of a held path: it may be shown with four characters a byte (`\xNN`). */
export const MAX_HELD_PATH = 4 * MAX_PATH;

/** Rows of a `cluster`, problems of a `health`, actors of a `tree`: what one frame holds at usual lengths. */
export const MAX_VIEW_ROWS = 1_000;

/** Rows of agents in one message: what one transaction of the store takes without a stall. */
export const MAX_AGENT_ROWS = 1_000;

/** Full rows in one batch: what is decoded of them is below 1 MiB. */
export const MAX_FULL_ROWS = 600;

/** Bytes of one batch, save one of a single row: leaves room in the frame, and is what a slow line takes in a second. */
export const MAX_BATCH_BYTES = 200 * KIB;

/** Texts of one batch, each once. */
export const MAX_AGENT_STRINGS = 6_000;

/** UTF-16 units of one text of an agent: `uname` is the longest. */
export const MAX_AGENT_STRING = 1_024;

/** Labels of one agent. */
export const MAX_LABELS = 64;

/** Ranges compared by one message. */
export const MAX_RANGE_PARTS = 256;

/** Agents of one page of a list: 500 of 8 fields stay well below a frame. */
export const MAX_AGENT_PAGE = 500;

/** Nodes at which one agent reported, that are remembered. */
export const MAX_HISTORY = 20;

/** UTF-16 units of a message or a state as JSON for people: what the kernel shows of one is below 16 KiB. */
export const MAX_SHOWN = 16 * 1024;

/** Nodes of one `healthcheck`: the usual row is 330 bytes and up to 33 values. 4.14's own lists of nodes end there, too. */
export const MAX_HEALTHCHECK_ROWS = 500;

/** UTF-16 units of one page of metrics: at most 192 KiB of UTF-8. */
export const MAX_METRICS_PAGE = 64 * KIB;

/** Of a reply that may come from another node: it must fit a frame with `relayed` around it, on each hop. */
export const MAX_NODE_REPLY = MAX_FRAME - KIB;

/** Rows of one answer to `get-trace`, `get-events`, `get-logs`: what one frame holds at usual lengths. */
export const MAX_TRACE_ROWS = 200;
export const MAX_EVENT_ROWS = 500;
export const MAX_LOG_ROWS = 500;
