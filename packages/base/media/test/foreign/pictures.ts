import type { FuzzTarget } from '@majordomo/test-support';
import { inspectImage } from '../../src/inspect-image.ts';
import { animation, bytesOf, photo } from '../pictures.ts';

/** Image files that the fuzzer damages. */
export const target: FuzzTarget = {
  samples: () =>
    Promise.all([
      bytesOf(photo(16, 12).jpeg()),
      bytesOf(photo(16, 12).jpeg({ progressive: true })),
      bytesOf(photo(16, 12, 4).png({ progressive: true })),
      bytesOf(photo(16, 12).webp({ lossless: true })),
      bytesOf(photo(16, 12).avif({ effort: 0 })),
      animation('gif'),
      animation('webp'),
    ]),
  parse(bytes) {
    const facts = inspectImage(bytes);
    return facts === undefined ? 'no picture' : facts.complete ? 'complete' : 'cut';
  },
};
