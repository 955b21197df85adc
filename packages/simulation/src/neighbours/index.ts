/** The programs beside a node, and how a process speaks with them. */
export {
  type Neighbour,
  type NeighbourFault,
  type NeighbourName,
  type Neighbours,
  openNeighbours,
  socketPaths,
} from './neighbour.ts';
export { type SimulatedSockets, type SocketSurroundings, simulatedSockets } from './simulated-sockets.ts';
