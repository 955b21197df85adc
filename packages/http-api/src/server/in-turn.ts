/** Adapter: requests of one connection that are under way at once: no client of this API needs more than a few. */
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** One read of a socket brings a thousand requests, all of which would be begun in one turn of the event loop. */
const mostAtOnce = 16;

/** Hands requests to `handler`; a connection that sends more without waiting for answers is cut off. */
export function inTurn(handler: RequestListener): RequestListener {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const before = underWay.get(socket) ?? 0;
    if (before >= mostAtOnce) {
      socket.destroy();
      return;
    }
    underWay.set(socket, before + 1);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    handler(request, response);
  };
}
