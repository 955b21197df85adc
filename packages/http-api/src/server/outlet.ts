/** Adapter: where an answer goes that has no end. */
import type { ServerResponse } from 'node:http';
import type { Outlet } from '../envelope.ts';

/** What a client may leave unread, bytes, before it is given up. */
const maxUnreadBytes = 256 * 1024;

export function outletOf(response: ServerResponse, hide: (text: string) => string): Outlet {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.once('error', () => gone.abort());
  if (response.destroyed || response.writableEnded) gone.abort();
  return {
    closed: gone.signal,
    end: () => void response.end(),
    write: (text) => {
      if (gone.signal.aborted) return false;
      response.write(hide(text));
      if (response.writableLength <= maxUnreadBytes) return true;
      response.destroy();
      gone.abort();
      return false;
    },
  };
}

/** Places for those that follow. */
export interface Seats {
  readonly take: () => (() => void) | undefined;
}

export function openSeats(most: number): Seats {
  let taken = 0;
  return {
    take: () => {
      if (taken >= most) return undefined;
      taken += 1;
      let isMine = true;
      return () => {
        if (isMine) taken -= 1;
        isMine = false;
      };
    },
  };
}
