import type { FuzzTarget } from '../../src/index.ts';

/** A parser that does not survive one byte. */
export const target: FuzzTarget = {
  samples: [new Uint8Array(32).fill(1)],
  parse(bytes) {
    while (bytes.includes(0xff));
    return 'read';
  },
};
