import type { CallInfo, CallOptions, ChatRequest } from '@majordomo/core';
import type { GatewayContext, RequestContext } from './context.ts';
import type { Settings } from './options.ts';
import type { RequestTrace } from './request-trace.ts';

/** Returns the options of a call. `chat`: request of the call if the call is a chat. */
export const callOptions = (
  { request, caller, requestId, platform, trace }: RequestContext,
  metadata: Readonly<Record<string, unknown>> | undefined,
  { onEvent, metrics, settings }: GatewayContext,
  chat?: ChatRequest,
): CallOptions => ({
  signal: request.signal,
  tenant: caller.tenant,
  metadata: {
    ...caller.metadata,
    ...(caller.key !== undefined && { key: caller.key }),
    requestId,
    ...(metadata === undefined ? {} : { client: metadata }),
  },
  onEvent: (event) => {
    if (event.type === 'call-start') trace.calls.push(event.call.id);
    metrics.onEvent(event, labelOf(event.call, trace, settings));
    onEvent(event, chat);
  },
  ...(platform?.waitUntil === undefined ? {} : { waitUntil: (promise) => platform.waitUntil?.(promise) }),
});

/** Returns the served name of a call for metrics, or the server of a call of a tool. */
function labelOf(call: CallInfo | undefined, { model = '' }: RequestTrace, { models }: Settings): string {
  if (call?.operation === 'tool') return call.spec;
  return Object.hasOwn(models, model) ? model : 'other';
}
