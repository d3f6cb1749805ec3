import type { CallEvent, ChatRequest, CallInfo, CallOptions } from '@majordomo/core';
import type { LoadLimit } from './load-limit.ts';
import type { FileCopies } from './files/file-copies.ts';
import type { ResumableUploads } from './files/resumable-uploads.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Mounts } from './mounts.ts';
import type { Readiness } from './readiness.ts';
import type { SocketLimit } from './socket-limit.ts';
import type { RequestTrace } from './request-trace.ts';
import type { Caller, Settings } from './options.ts';
import type { PlatformContext } from './platform-context.ts';

/** State that all requests of a gateway share. */
export interface GatewayContext {
  readonly settings: Settings;
  readonly concurrency: LoadLimit;
  readonly sockets: SocketLimit;
  /** Uploads of Gemini's clients. */
  readonly resumable: ResumableUploads;
  /** Temporary copies of files whose store returns streams. */
  readonly copies: FileCopies;
  /** Listener for events of calls. `request` is set if the call is a chat. */
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  readonly metrics: Metrics;
  readonly mounts: Mounts;
  readonly readiness: Readiness;
  /** Returns whether `drain` was called. */
  readonly isDraining: () => boolean;
}

/** One request of an authorized caller. */
export interface RequestContext {
  readonly request: Request;
  /** Path of the URL. */
  readonly path: string;
  readonly caller: Caller;
  /** Id of the request. The response headers and the metadata of the call contain it. */
  readonly requestId: string;
  readonly platform: PlatformContext | undefined;
  readonly trace: RequestTrace;
}

/** Returns the options of a call. `metadata`: metadata that the client sent. `chat`: request of the call if the call is a chat. */
export const callOptions = (
  { request, caller, requestId, platform, trace }: RequestContext,
  metadata: Readonly<Record<string, unknown>> | undefined,
  { onEvent, metrics, settings }: GatewayContext,
  chat?: ChatRequest,
): CallOptions => ({
  signal: request.signal,
  tenant: caller.tenant,
  metadata: {
    ...(metadata === undefined ? {} : { client: metadata }),
    // The operator's tags come after those of the client, which must not replace them.
    ...caller.metadata,
    ...(caller.key !== undefined && { key: caller.key }),
    requestId,
  },
  onEvent: (event) => {
    if (event.type === 'call-start') trace.calls.push(event.call.id);
    metrics.onEvent(event, labelOf(event.call, trace, settings));
    onEvent(event, chat);
  },
  ...(platform?.waitUntil === undefined ? {} : { waitUntil: (promise) => platform.waitUntil?.(promise) }),
});

/** Returns the served name of a call for metrics, `other` for any other name of a client, or the server of a call of a tool. */
function labelOf(call: CallInfo | undefined, { model = '' }: RequestTrace, { models }: Settings): string {
  if (call?.operation === 'tool') return call.spec;
  return Object.hasOwn(models, model) ? model : 'other';
}
