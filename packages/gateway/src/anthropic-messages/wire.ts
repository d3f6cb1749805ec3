import type { Wire } from '../wire.ts';
import { anthropicFailure } from './failure.ts';
import { parseMessages } from './read.ts';
import { MessagesWriter } from './stream.ts';
import { anthropicMessage } from './complete.ts';

/** Anthropic's Messages, as its clients speak it. */
export const anthropicMessages: Wire = {
  parse(body, media) {
    const { stops, ...asked } = parseMessages(body, media);
    return {
      ...asked,
      complete: (response) => anthropicMessage(response, asked.model, stops),
      createWriter: () => new MessagesWriter(asked.model, stops),
    };
  },
  failure: anthropicFailure,
};
