import { LlmError } from '@majordomo/core';
import type { FuzzTarget } from '@majordomo/test-support';
import { imageFromBase64 } from '../../src/decode-image.ts';
import { PNG } from '../pictures.ts';

/** What answers hold as pictures. */
export const target: FuzzTarget = {
  samples: [PNG, `data:image/png;base64,${PNG}`, `data:image/png;charset=utf-8;name=a.png;base64,${PNG}`].map(
    (text) => new TextEncoder().encode(text),
  ),
  parse(bytes) {
    try {
      imageFromBase64(new TextDecoder().decode(bytes), { target: 'a/b', path: '' });
      return 'read';
    } catch (error) {
      if (LlmError.is(error, 'protocol')) return 'refused';
      throw error;
    }
  },
};
