/** Adapter: the end of this turn of node's event loop, after what the sockets brought in it. */
export const endOfTurn = (run: () => void): void => void setImmediate(run);
