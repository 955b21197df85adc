/** Planted in links: handshake, streams, closing. */
import { lines, type PlantedFault } from './fault.ts';

export const linkFaults: readonly PlantedFault[] = [
  {
    name: 'credit-never-returned',
    about: 'The reader of a stream grants credit again only above a whole window, which it never has.',
    module: 'packages/link/dist/incoming-stream.js',
    find: 'read >= windowBytes / 4',
    put: 'read > windowBytes',
    expects: ['equal-after-healing'],
    needs: 'one request brings more than 1 MiB: a large file, or many small ones at once',
  },
  {
    name: 'hello-registers-before-it-checks',
    about: 'The name is claimed before the hello is judged: a peer that is refused then may have replaced a link.',
    module: 'packages/link/dist/handshake.js',
    find: lines(
      '    const verdict = judgeHello(hello, own, connection.identity);',
      '    if (!verdict.accept)',
      '        throw refuse(verdict.code, verdict.text);',
      '    const admittance = await admit(hello, connection.identity, connection.remoteAddress).catch((error) => {',
      "        refuse('not-welcome', 'the node could not decide whether to take the link: try again');",
      '        throw error;',
      '    });',
      '    if (!admittance.accept)',
      '        throw refuse(admittance.code, admittance.text);',
    ),
    put: lines(
      '    const admittance = await admit(hello, connection.identity, connection.remoteAddress).catch((error) => {',
      "        refuse('not-welcome', 'the node could not decide whether to take the link: try again');",
      '        throw error;',
      '    });',
      '    if (!admittance.accept)',
      '        throw refuse(admittance.code, admittance.text);',
      '    const verdict = judgeHello(hello, own, connection.identity);',
      '    if (!verdict.accept)',
      '        throw refuse(verdict.code, verdict.text);',
    ),
    expects: ['strangers'],
    needs:
      "an intruder of another cluster, or a liar, with a worker's name, while that worker does not answer a probe (pause, partition)",
  },
  {
    name: 'hello-believed',
    about: 'The name in a hello is not compared with the name that the key proved.',
    module: 'packages/link/dist/judge.js',
    find: 'hello.node !== proven.node || hello.role',
    put: 'hello.role',
    expects: ['strangers'],
    needs: "a liar: proven under its own name, it says a worker's in its hello",
  },
  {
    name: 'failed-dial-keeps-connection',
    about: 'A dial that gets no welcome rejects, and forgets to close its connection.',
    module: 'packages/link/dist/handshake.js',
    find: lines(
      '    const { envelope, early } = await greeting.first.catch((error) => {',
      '        connection.destroy();',
      '        throw error;',
      '    });',
    ),
    put: '    const { envelope, early } = await greeting.first;',
    expects: ['nothing-left-over'],
    needs:
      'the master is cut off or stands still between a connection and its welcome, for longer than the handshake may take',
  },
  {
    name: 'goodbye-without-deadline',
    about: 'A link that says goodbye waits for the peer to close, however long that takes.',
    module: 'packages/link/dist/closing.js',
    find: lines(
      '        if (!isGone)',
      '            cancelLinger = deps.clock.after(lingerMs, () => connection.destroy());',
    ),
    put: '        void lingerMs;',
    expects: ['equal-after-healing', 'nothing-left-over'],
    needs: 'a node stops, or closes a silent link, while its peer is cut off, has vanished or stands still',
  },
  {
    name: 'backpressure-ignores-socket',
    about: 'What the socket holds is not counted as queued, so that bulk bytes leave however slow the peer is.',
    module: 'packages/link/dist/outbox.js',
    find: 'queued: () => bytes + connection.buffered(),',
    put: 'queued: () => bytes,',
    expects: ['bounded-links'],
    needs: 'two requests of more than 256 KiB in all over a narrow or stalled network',
  },
];
