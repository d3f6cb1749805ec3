import type { ServerResponse } from 'node:http';
import type { Recording } from './recordings.ts';
import { inTurn } from './answers.ts';
import { testServer, type TestServer } from './server.ts';

/**
 * Delivery of a body: complete, split at random positions, or in chunks of a number of bytes, each in a separate turn of the
 * event loop. `bytes`: single bytes in one turn, which a client may read together, because separate turns take 20 s per MB.
 */
export type Cut = 'complete' | 'random' | 'bytes' | number;

/** Subset for suites that play every recording in several ways. */
export const CUTS: readonly (readonly [name: string, cut: Cut])[] = [
  ['one piece', 'complete'],
  ['pieces at random', 'random'],
  ['pieces of 7 bytes', 7],
];

/** Responds as recorded. */
export const plays =
  ({ status, headers, body }: Recording, cut: Cut = 'complete') =>
  async (response: ServerResponse): Promise<void> => {
    response.writeHead(status, { ...headers });
    for (const piece of pieces(body, cut)) {
      response.write(piece);
      if (cut !== 'bytes') await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };

/** Server that plays the steps of a tool loop, one per request. */
export const playedInTurn = (steps: readonly Recording[]): Promise<TestServer> =>
  testServer(inTurn(...steps.map((step) => plays(step))));

/** Server that plays recordings. */
export interface Playback extends TestServer {
  /** Returns the base URL at which a recording is played with this cut. */
  url(recording: Recording, cut: Cut): string;
}

/** Starts a server that plays every recording under a separate base URL. */
export async function playback(all: readonly Recording[]): Promise<Playback> {
  const server = await testServer((response, { path }) => {
    const [, at, cut = ''] = /^\/(\d+)\/(\w+)/.exec(path) ?? [];
    const recording = all[Number(at)];
    if (recording === undefined) throw new Error(`no recording for ${path}`);
    return plays(recording, /\d/.test(cut) ? Number(cut) : (cut as Cut))(response);
  });
  return { ...server, url: (recording, cut) => `${server.origin}/${all.indexOf(recording)}/${cut}` };
}

/** Length of the parts at both ends of a body that are split, in bytes. The rest is one piece, but not with SOAK=1, as in the nightly run. */
const SPLIT_BYTES = process.env['SOAK'] === undefined ? 3000 : Infinity;

/** Yields the pieces of a body. Random positions are the same in every run, because the length of the body is the seed. */
function* pieces(body: Uint8Array, cut: Cut): Iterable<Uint8Array> {
  let seed = body.length;
  for (let at = 0; at < body.length;) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    const size =
      cut === 'complete' ? body.length : cut === 'bytes' ? 1 : cut === 'random' ? 1 + (seed % 300) : cut;
    const isInMiddle = at >= SPLIT_BYTES && at + SPLIT_BYTES < body.length;
    const end = isInMiddle ? body.length - SPLIT_BYTES : at + size;
    yield body.subarray(at, end);
    at = end;
  }
}
