import { createServer } from 'node:net';
import { freePort } from '../src/free-port.ts';

it('a free port can be listened on, and is not the same each time', async () => {
  const ports = new Set<number>();
  for (let time = 0; time < 5; time++) {
    const port = await freePort();
    ports.add(port);
    const server = createServer();
    await new Promise<void>((listening) => void server.listen(port, '127.0.0.1', listening));
    await new Promise((closed) => server.close(closed));
  }
  expect(ports.size).toBeGreaterThan(1);
});
