import { LlmError } from '@majordomo/core';
import type { FuzzTarget } from '@majordomo/test-support';
import { FrameDecoder } from '../../src/frames.ts';
import { exception, whole } from '../frames.ts';

/** What comes as an event stream. */
export const target: FuzzTarget = {
  samples: [Buffer.concat(whole('Hel', 'lo')), Buffer.concat([exception('throttlingException', 'slow')])],
  parse(bytes) {
    const decoder = new FrameDecoder(() => false, 'a/b');
    try {
      for (let at = 0; at < bytes.length; at += 5) decoder.push(bytes.subarray(at, at + 5));
      decoder.end();
      return 'read';
    } catch (error) {
      if (LlmError.is(error)) return error.kind;
      if (error instanceof Error && error.name === 'ThrottlingException') return 'told';
      throw error;
    }
  },
};
