export * from './catalogue/index.ts';
export { DATA_FRAME, decodeEnvelope, ENVELOPE_FRAME, encodeDataHeader, encodeEnvelope } from './codec.ts';
export type * from './envelope.ts';
export { closeCodes, dataSenders, type EnvelopeEntry, envelopes } from './envelope-schema.ts';
export * from './file-tree.ts';
export { type FrameDecoder, type FrameDecoderOptions, frameDecoder } from './frame-decoder.ts';
export * from './ids.ts';
export * from './limits.ts';
export { checkPath } from './path.ts';
