import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { Recording } from './corpus.ts';

/** A server that plays recordings, cut at random places or byte by byte; it lives as long as the test file. */
export function playback(byId: ReadonlyMap<string, Recording>): {
  /** The base URL at which a recording is played, whatever the path behind it. */
  url(id: string, split: 'random' | 'bytes'): string;
} {
  let origin = '';
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const [, vendor, name, split] = (incoming.url ?? '').split('/');
    const recording = byId.get(`${vendor}/${name}`);
    if (recording === undefined) {
      outgoing.writeHead(599).end();
      return;
    }
    const {
      'content-length': _length,
      'transfer-encoding': _transfer,
      'content-encoding': _coding,
      ...headers
    } = recording.headers;
    outgoing.writeHead(recording.status, headers);
    for (const piece of pieces(recording.body, split === 'bytes' ? 1 : undefined)) outgoing.write(piece);
    outgoing.end();
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: (id, split) => `${origin}/${id}/${split}` };
}

/** Cuts at random places, the same ones in every run. */
function* pieces(body: Buffer, size: number | undefined): Iterable<Buffer> {
  let seed = body.length;
  for (let at = 0; at < body.length;) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    const next = at + (size ?? 1 + (seed % 400));
    yield body.subarray(at, next);
    at = next;
  }
}
