import { seededRandom } from '@majordomo/testing';
import type { Recording } from './recordings.ts';
import type { Answer } from './server.ts';

/** Sizes of the pieces in which a body arrives. */
export const SPLITS = {
  'one piece': (length: number): number => length,
  'pieces at random': (length: number): number => 1 + Math.floor(random() * Math.min(300, length)),
  'pieces of 7 bytes': (): number => 7,
};
export type Split = keyof typeof SPLITS;
const random = seededRandom(20_261_120);

/** Answers as it was recorded. */
export const plays =
  ({ status, headers, body }: Recording, split: Split): Answer =>
  async (response) => {
    response.writeHead(status, { ...headers });
    for (let at = 0; at < body.length;) {
      const size = SPLITS[split](body.length);
      response.write(body.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
      at += size;
    }
    response.end();
  };
