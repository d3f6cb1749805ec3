import type { Wire } from '../wire.ts';
import { anthropicFailure } from './failure.ts';
import { readMessages } from './read.ts';
import { MessagesWriter } from './stream.ts';
import { anthropicMessage } from './whole.ts';

/** Anthropic's Messages, as its clients speak it. */
export const anthropicMessages: Wire = {
  read(body, media) {
    const { stops, ...asked } = readMessages(body, media);
    return {
      ...asked,
      whole: (response) => anthropicMessage(response, asked.model, stops),
      writer: () => new MessagesWriter(asked.model, stops),
    };
  },
  failure: anthropicFailure,
};
