import { LlmError } from '@majordomo/core';
import type { FuzzTarget } from '@majordomo/test-support';
import { soundFrames } from '../../src/frames.ts';

const frame = (length: number): number[] => [
  0,
  0,
  length >> 8,
  length & 255,
  ...new Array<number>(length - 4).fill(7),
];

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5) yield await Promise.resolve(bytes.slice(at, at + 5));
}

/** What comes as an event stream. */
export const target: FuzzTarget = {
  samples: [Uint8Array.from([...frame(16), ...frame(90), ...frame(300)]), Uint8Array.from(frame(20))],
  async parse(bytes) {
    try {
      let length = 0;
      for await (const chunk of soundFrames(cut(bytes), 'a/b')) length += chunk.length;
      if (length !== bytes.length) throw new Error('bytes were lost');
      return 'passed';
    } catch (error) {
      if (LlmError.is(error, 'protocol')) return 'refused';
      throw error;
    }
  },
};
