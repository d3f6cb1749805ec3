import type { Operation } from '../call/call.ts';
import { validate } from '../prepare/validate.ts';
import type { ModelEvent } from '../types/events.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse } from '../types/response.ts';
import { continuedChat } from './continuation.ts';
import { type ChatOptions, prepareChat } from './prepared-chat.ts';

/** Creates the operation that sends a chat request. */
export function chatOperation(
  request: ChatRequest,
  options: ChatOptions,
): Operation<ModelEvent, ChatResponse> {
  return {
    type: 'chat',
    validate: () => {
      validate(request);
    },
    prepare: (target, scope) => prepareChat(request, target, options, scope),
    continueFrom: (interrupted) => continuedChat(request, interrupted, options),
  };
}
