import { chatFailure } from '../openai-chat/failure.ts';
import type { Wire } from '../wire.ts';
import { parseResponses } from './read.ts';
import { ResponsesWriter } from './stream.ts';
import { wholeResponse } from './complete.ts';

/** OpenAI's Responses without its state, as its clients speak it. */
export const openaiResponses: Wire = {
  parse(body, media) {
    const { echo, ...asked } = parseResponses(body, media);
    return {
      ...asked,
      complete: (response) => wholeResponse(response, echo),
      createWriter: () => new ResponsesWriter(echo),
    };
  },
  // One vendor, one form of its errors.
  failure: chatFailure,
};
