/** Doubles behind real unix sockets, that delay, split, cut, lie and die as they are told. */
import { Buffer } from 'node:buffer';
import { mkdirSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Mishap, SocketDouble } from './double-sockets.ts';

export interface Served {
  /** For each connection or request from now on, by the path of its socket below R; `split` hands answers over byte by byte first, then in pieces. */
  mishap: (path: string) => Mishap | { readonly what: 'split' };
  close(): Promise<void>;
}

type AnyMishap = ReturnType<Served['mishap']>;

/** Listens below `root`; the directories are made. */
export async function serve(root: string, doubles: Readonly<Record<string, SocketDouble>>): Promise<Served> {
  const sockets = new Set<Socket>();
  const served: Served = {
    mishap: () => ({ what: 'none' }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
  const servers = await Promise.all(
    Object.entries(doubles).map(async ([path, double]) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      const server =
        double.http === undefined
          ? framedServer(double, () => served.mishap(path))
          : httpServer(double, () => served.mishap(path));
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(join(root, path), resolve));
      return server;
    }),
  );
  return served;
}

function framedServer(double: SocketDouble, mishap: () => AnyMishap): Server {
  return createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece]);
      if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt32LE(0)) return;
      const request = bytes.subarray(4, 4 + bytes.readUInt32LE(0));
      bytes = Buffer.alloc(0);
      void answerFramed(socket, double, request, mishap());
    });
  });
}

const framed = (answer: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(answer.length);
  return Buffer.concat([prefix, answer]);
};

async function answerFramed(socket: Socket, double: SocketDouble, request: Buffer, met: AnyMishap): Promise<void> {
  if (met.what === 'refuse') return void socket.destroy();
  if (met.what === 'delay') await waited(met.ms);
  const answer = double.handle!(request);
  if (met.what === 'deaf') return;
  const bytes = met.what === 'instead' ? Buffer.from(met.answer) : framed(answer);
  if (met.what === 'cut') socket.end(bytes.subarray(0, Math.floor(bytes.length * met.share)));
  else if (met.what === 'split') await inPieces(bytes, (piece) => socket.write(piece));
  else socket.write(bytes);
}

function httpServer(double: SocketDouble, mishap: () => AnyMishap): Server {
  return createHttpServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method, url = '' } = request;
      void answerHttp(
        response,
        () => double.http!({ method: method === 'POST' ? 'POST' : 'GET', url, body: Buffer.concat(pieces) }),
        mishap(),
      );
    });
  });
}

async function answerHttp(
  response: ServerResponse,
  answer: () => ReturnType<NonNullable<SocketDouble['http']>>,
  met: AnyMishap,
): Promise<void> {
  if (met.what === 'refuse') return void response.destroy();
  if (met.what === 'delay') await waited(met.ms);
  const { status, body } = answer();
  if (met.what === 'deaf') return;
  if (met.what === 'instead') return void response.socket?.end(met.answer);
  response.writeHead(status, { 'content-length': body.length });
  if (met.what === 'cut')
    response.write(body.subarray(0, Math.floor(body.length * met.share)), () => response.destroy());
  else if (met.what === 'split') {
    await inPieces(Buffer.from(body), (piece) => response.write(piece));
    response.end();
  } else response.end(body);
}

const waited = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The first ten bytes one by one, a turn of the event loop each. */
async function inPieces(bytes: Buffer, write: (piece: Buffer) => void): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const end = at < 10 ? at + 1 : at + 1_000;
    write(bytes.subarray(at, end));
    at = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
