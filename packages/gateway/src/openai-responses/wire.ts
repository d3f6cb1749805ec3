import { chatFailure } from '../openai-chat/failure.ts';
import type { Wire } from '../wire.ts';
import { readResponses } from './read.ts';
import { ResponsesWriter } from './stream.ts';
import { wholeResponse } from './whole.ts';

/** OpenAI's Responses without its state, as its clients speak it. */
export const openaiResponses: Wire = {
  read(body, media) {
    const { echo, ...asked } = readResponses(body, media);
    return {
      ...asked,
      whole: (response) => wholeResponse(response, echo),
      writer: () => new ResponsesWriter(echo),
    };
  },
  // One vendor, one form of its errors.
  failure: chatFailure,
};
