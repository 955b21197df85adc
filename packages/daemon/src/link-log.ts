/** What the log says of links and of who lives: the reference's words where the event is the same (`reference/links.md` 5). */
import type { KeepAliveEvent } from '@muster/keep-alive';
import type { Rejection } from '@muster/link';
import type { Log } from '@muster/log';
import type { DialerEvent, ListenerEvent, NodeEvent } from '@muster/node';
import type { NodeName } from '@muster/protocol';

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

export function logListener(log: Log, event: ListenerEvent<Rejection>): void {
  const main = log.for('Master', 'Main');
  switch (event.type) {
    case 'listening':
      return main.info(`Serving on ('${event.address}', ${event.port})`);
    case 'accepted':
      return log.for(`Worker ${event.peer.node}`, 'Main').info(`Connection from ${event.peer.address}`);
    case 'rejected':
      return main.error(`Connection from ${event.rejection.remoteAddress} turned away: ${event.rejection.text}`);
    case 'refused':
      return main.error(`Worker ${event.name} from ${event.address} refused (${event.code}): ${event.text}`);
    case 'greeting-failed':
      return main.error(
        `Error during handshake with incoming connection from ${event.address} (${event.failure.code}): ${event.failure.text}`,
      );
    case 'replaced':
      return log
        .for(`Worker ${event.name}`, 'Main')
        .warning(`The link from ${event.address} was dead; ${event.by} takes its place.`);
  }
}

export function logDialer(log: Log, node: NodeName, event: DialerEvent): void {
  const main = log.for(`Worker ${node}`, 'Main');
  switch (event.type) {
    case 'linked':
      return main.info('Successfully connected to master.');
    case 'link-closed':
      return main.info(
        `The connection has been closed: ${event.end.text}. Reconnecting in ${seconds(event.nextTryMs)} seconds.`,
      );
    case 'dial-failed':
      return main.error(
        `Could not connect to master: ${event.failure.text}. Trying again in ${seconds(event.nextTryMs)} seconds${event.times > 1 ? ` (${event.times} times so far)` : ''}.`,
      );
  }
}

export function logNode(log: Log, peer: NodeName, event: NodeEvent): void {
  const main = log.for(`Worker ${peer}`, 'Main');
  if (event.type === 'link-closed') main.debug(`Disconnected ${peer}: ${event.end.text}`);
  else main.warning(`${event.lost} messages to ${peer} were lost, the last of them ${event.last}: the link was full.`);
}

export function logKeepAlive(log: Log, tag: string, event: KeepAliveEvent): void {
  const keepAlive = log.for(tag, 'Keep alive');
  switch (event.type) {
    case 'liveness-changed': {
      const text = `${event.peer} is ${event.to}: ${event.reason}`;
      if (event.to === 'down') return keepAlive.error(text);
      return event.to === 'suspect' ? keepAlive.warning(text) : keepAlive.info(text);
    }
    case 'clock-skew':
      return keepAlive.warning(event.text);
    case 'own-loop-lagged':
      return keepAlive.warning(
        `This node itself was ${seconds(event.lateMs)} s late; it gives its peers as much more time.`,
      );
  }
}
