import type { Wire } from '../wire.ts';
import { chatFailure } from './failure.ts';
import { parseChat } from './read.ts';
import { ChatWriter } from './stream.ts';
import { chatCompletion } from './complete.ts';

/** OpenAI's Chat Completions, as its clients speak it. */
export const openaiChat: Wire = {
  parse(body, media) {
    const { includesUsage, ...asked } = parseChat(body, media);
    return {
      ...asked,
      complete: (response) => chatCompletion(response, asked.model),
      createWriter: () => new ChatWriter(asked.model, includesUsage),
    };
  },
  failure: chatFailure,
};
