/** What the log says of links and of who lives: the reference's words where the event is the same (`reference/links.md` 5). */
import type { KeepAliveEvent } from '@muster/keep-alive';
import type { Rejection } from '@muster/link';
import type { Log } from '@muster/log';
import type { DialerEvent, ListenerEvent, NodeEvent } from '@muster/node';
import type { NodeName } from '@muster/protocol';
import type { LineLimit } from './line-limit.ts';

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** `10.0.0.7:41234` is `10.0.0.7`: one host's connections are of one kind. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '');

/** What strangers can cause as often as they like is limited by host, or by the name that they have proven. */
export function logListener(log: Log, limit: LineLimit, event: ListenerEvent<Rejection>): void {
  const main = log.for('Master', 'Main');
  switch (event.type) {
    case 'listening':
      return main.info(`Serving on ('${event.address}', ${event.port})`);
    case 'accepted': {
      const { node, address } = event.peer;
      const worker = log.for(`Worker ${node}`, 'Main');
      return limit(`accepted ${node}`, (more) => worker.info(`Connection from ${address}${more}`));
    }
    case 'rejected':
      return main.error(`Connection from ${event.rejection.remoteAddress} turned away: ${event.rejection.text}`);
    case 'refused': {
      const { name, address, code, text } = event;
      return limit(`refused ${code} ${hostOf(address)}`, (more) =>
        main.error(`Worker ${name} from ${address} refused (${code}): ${text}${more}`),
      );
    }
    case 'greeting-failed': {
      const { address, failure } = event;
      return limit(`greeting ${failure.code} ${hostOf(address)}`, (more) =>
        main.error(
          `Error during handshake with incoming connection from ${address} (${failure.code}): ${failure.text}${more}`,
        ),
      );
    }
    case 'replaced': {
      const worker = log.for(`Worker ${event.name}`, 'Main');
      return limit(`replaced ${event.name}`, (more) =>
        worker.warning(`The link from ${event.address} was dead; ${event.by} takes its place.${more}`),
      );
    }
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

export function logNode(log: Log, limit: LineLimit, peer: NodeName, event: NodeEvent): void {
  const main = log.for(`Worker ${peer}`, 'Main');
  if (event.type === 'messages-lost') {
    const text = `${event.lost} messages to ${peer} were lost, the last of them ${event.last}: the link was full, or closing.`;
    return main.warning(text);
  }
  const { how, code, text } = event.end;
  if (how === 'violation')
    return limit(`violation ${peer}`, (more) =>
      main.error(`${peer} broke the protocol, its link was closed: ${text}${more}`),
    );
  if (how === 'goodbye' && code === 'protocol-violation')
    return limit(`accused by ${peer}`, (more) =>
      main.error(`${peer} closed the link, for this node broke the protocol: ${text}${more}`),
    );
  return main.debug(`Disconnected ${peer}: ${text}`);
}

export function logKeepAlive(log: Log, limit: LineLimit, tag: string, event: KeepAliveEvent): void {
  const keepAlive = log.for(tag, 'Keep alive');
  switch (event.type) {
    case 'liveness-changed': {
      const { peer, to, reason } = event;
      return limit(`${peer} ${to}`, (more) => {
        const text = `${peer} is ${to}: ${reason}${more}`;
        if (to === 'down') keepAlive.error(text);
        else if (to === 'suspect') keepAlive.warning(text);
        else keepAlive.info(text);
      });
    }
    case 'clock-skew':
      return limit(`skew ${event.peer}`, (more) => keepAlive.warning(`${event.text}${more}`));
    case 'own-loop-lagged':
      return keepAlive.warning(
        `This node itself was ${seconds(event.lateMs)} s late; it gives its peers as much more time.`,
      );
  }
}
