export * from './agent.ts';
export { type PackedBatch, packBatch } from './agent-batch.ts';
export { type BatchRow, type UnpackedBatch, unpackBatch } from './agent-batch-reader.ts';
export * from './catalogue/index.ts';
export { clip } from './clip.ts';
export { DATA_FRAME, decodeEnvelope, ENVELOPE_FRAME, encodeDataHeader, encodeEnvelope } from './codec.ts';
export * from './content-stream.ts';
export { changesOf, deltaOf } from './delta.ts';
export { digestBytes, digestHex } from './digest-bytes.ts';
export {
  type DirectoryNode,
  directoryNode,
  emptyDirectory,
  type FileEntry,
  type Shard,
  sameFile,
  withFiles,
} from './directory-node.ts';
export type * from './envelope.ts';
export { closeCodes, dataSenders, type EnvelopeEntry, envelopes } from './envelope-schema.ts';
export * from './file-tree.ts';
export { fitInfo } from './fit-info.ts';
export { type FrameDecoder, type FrameDecoderOptions, frameDecoder } from './frame-decoder.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './manifest-block.ts';
export * from './manifest-decoder.ts';
export { checkPath } from './path.ts';
export { peerHost } from './peer-host.ts';
export * from './protocol-version.ts';
export * from './range-digest.ts';
export * from './tree-changes.ts';
export { type ViolationCode, violationCodes } from './violation.ts';
