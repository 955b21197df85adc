import { ask, tell } from '@muster/actor';
import { settle, testSystem } from '@muster/actor/testing';
import type { GenerationId } from '@muster/protocol';
import type { Generation } from '../src/announcement.ts';
import {
  type FileServerDeps,
  getServerState,
  type OutgoingStream,
  serverDefaults,
  spawnFileServer,
} from '../src/index.ts';
import { many, treeOf } from './trees.ts';

const id: GenerationId = { epoch: 1, generation: 1 };
const generation: Generation = { id, tree: treeOf(new Map(many('etc/rules', 3))) };

/** A stream that notes what becomes of it. */
function openStream() {
  const became: string[] = [];
  const stream: OutgoingStream = {
    write: async () => {},
    end: () => void became.push('end'),
    abort: (code) => void became.push(`abort ${code}`),
    signal: new AbortController().signal,
  };
  return { stream, became };
}

function rig(more: Partial<FileServerDeps> = {}) {
  const system = testSystem();
  const told: string[] = [];
  const deps: FileServerDeps = {
    clock: system.clock,
    linkedWorkers: () => ['w1'],
    newest: () => generation,
    announce: (to, message) => void told.push(`${to} ${message.id.generation}`),
    writeManifest: async () => {},
    sendContent: async () => {},
    ...more,
  };
  const server = system.root.spawn((parent) => spawnFileServer(parent, deps, serverDefaults));
  const request = () => {
    const { stream, became } = openStream();
    tell(server, { type: 'serve-content', peer: 'w1', digests: [new Uint8Array(64)], stream });
    return became;
  };
  return { system, server, told, request };
}

describe('the file server', () => {
  it('ends a stream when all of it is written', async () => {
    const { system, request } = rig();
    const became = request();
    await settle();
    expect(became).toEqual(['end']);
    await system.stop();
  });

  it('shows its state without files, digests and streams', async () => {
    const { system, request } = rig({ sendContent: () => new Promise(() => {}) });
    for (let n = 0; n < serverDefaults.streamsPerWorker + 1; n++) request();
    await settle();
    expect(system.state('/file-sync')).toEqual({
      generations: [{ id, tree: { root: generation.tree.root, files: 3, bytes: generation.tree.bytes } }],
      workers: { w1: { streams: serverDefaults.streamsPerWorker, waiting: 1 } },
      ...{ served: 0, failed: 0 },
    });
    const stopped = system.stop();
    await system.clock.advance(60_000);
    await stopped;
  });

  it('aborts a stream that fails, counts it, and goes on', async () => {
    const broken = Object.assign(new Error('input/output error'), { code: 'EIO' });
    const { system, server, request } = rig({ sendContent: () => Promise.reject(broken) });
    const became = request();
    await settle();
    expect(became).toEqual(['abort read-failed']);
    const view = await ask(server, getServerState, 1_000);
    expect(view).toMatchObject({ failed: 1, workers: [{ peer: 'w1', streams: 0, waiting: 0 }] });
    expect(view.lastFailure).toContain('EIO');
    expect(system.crashes).toEqual([]);
    await system.stop();
  });

  it('aborts the streams in flight and those that wait when it crashes, and serves again', async () => {
    let held = true;
    const { system, request } = rig({ sendContent: () => (held ? new Promise(() => {}) : Promise.resolve()) });
    const all = Array.from({ length: serverDefaults.streamsPerWorker + 1 }, request);
    await settle();
    expect(all.flat()).toEqual([]);
    system.crash('/file-sync', new Error('injected'));
    await settle();
    expect(new Set(all.flat())).toEqual(new Set(['abort restarting']));
    held = false;
    const became = request();
    await settle();
    expect(became).toEqual(['end']);
    await system.stop();
  });

  it('says the newest generation again every 10 s, and at the same pace after a crash', async () => {
    const { system, told } = rig();
    await settle();
    await system.clock.advance(9_999);
    expect(told).toEqual([]);
    await system.clock.advance(1);
    expect(told).toEqual(['w1 1']);
    system.crash('/file-sync', new Error('injected'));
    await settle();
    await system.clock.advance(20_000);
    expect(told.length).toBe(3);
    await system.stop();
    await system.clock.advance(60_000);
    expect(told.length).toBe(3);
  });
});
