import type { Operation } from '../chain/operation.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';
import { validate } from '../prepare/validate.ts';
import { continuedChat } from './continued-chat.ts';
import { prepareChat, type ChatOptions } from './prepared-chat.ts';

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
    continued: (broken) =>
      continuedChat(request, broken, {
        modelAt: options.modelAt,
        prepare: (asked, place, scope) => prepareChat(asked, place, options, scope),
      }),
  };
}
