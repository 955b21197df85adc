export {
  type ClusterSocketDeps,
  type ClusterSocketEvent,
  clusterSocketDefaults,
  type ListenHandlers,
  spawnClusterSocket,
} from './cluster-socket.ts';
export { encodeFrame, type Frame, headerBytes, maxPayload, pieceBytes } from './frame.ts';
export { type FrameFault, type FrameReader, openFrameReader, type Read } from './frame-reader.ts';
export { type ClusterSocketMessage, type ClusterSocketView, getClusterSocketState } from './messages.ts';
export type { ClusterSocketConfig } from './state.ts';
export { clusterSocketPath, listenOnUnix, type UnixListenerOptions } from './unix-listener.ts';
