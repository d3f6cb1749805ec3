import type { CallOptions, ChatRequest } from '@majordomo/core';
import type { House, Visit } from '../visit.ts';

/** What a call knows of the request that it is made for. `request`: what it asks, where that is a chat. */
export const callOptions = (
  { request, caller, requestId, context }: Visit,
  metadata: Readonly<Record<string, unknown>> | undefined,
  { onEvent }: House,
  asked?: ChatRequest,
): CallOptions => ({
  signal: request.signal,
  tenant: caller.tenant,
  metadata: { ...caller.metadata, requestId, ...(metadata === undefined ? {} : { client: metadata }) },
  onEvent: (event) => {
    onEvent(event, asked);
  },
  ...(context?.waitUntil === undefined ? {} : { waitUntil: (promise) => context.waitUntil?.(promise) }),
});
