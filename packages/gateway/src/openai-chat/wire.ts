import type { Wire } from '../wire.ts';
import { chatFailure } from './failure.ts';
import { readChat } from './read.ts';
import { ChatWriter } from './stream.ts';
import { chatCompletion } from './whole.ts';

/** OpenAI's Chat Completions, as its clients speak it. */
export const openaiChat: Wire = {
  read(body, media) {
    const { includesUsage, ...asked } = readChat(body, media);
    return {
      ...asked,
      whole: (response) => chatCompletion(response, asked.model),
      writer: () => new ChatWriter(asked.model, includesUsage),
    };
  },
  failure: chatFailure,
};
