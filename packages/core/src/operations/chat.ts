import type { Operation } from '../call/call.ts';
import { validate } from '../prepare/validate.ts';
import type { ModelEvent } from '../types/events.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse } from '../types/response.ts';
import { continuedChat } from './continuation.ts';
import { type ChatOptions, prepareChat } from './prepared-chat.ts';

/** A chat request, asked of each target as that one understands it. */
export function chatOperation(
  request: ChatRequest,
  options: ChatOptions,
): Operation<ModelEvent, ChatResponse> {
  return {
    type: 'chat',
    validate: () => {
      validate(request);
    },
    prepare: (place, scope) => prepareChat(request, place, options, scope),
    continueFrom: (broken) =>
      continuedChat(request, broken, {
        modelAt: options.modelAt,
        prepare: (asked, place, scope) => prepareChat(asked, place, options, scope),
      }),
  };
}
