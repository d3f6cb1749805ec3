import { sseEvent } from '@majordomo/core/toolkit';
import { answers, type Reply } from '@majordomo/test-support';

/** Returns a reply with a JSON body. */
export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  answers(body, status, { 'request-id': 'req_1', ...headers });

/** Returns a reply that sends server-sent events, one write each. */
export const sse =
  (...events: readonly { readonly type: string }[]): Reply =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    for (const event of events) response.write(frame(event));
    response.end();
  };

export const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_1' };

export const frame = (event: { readonly type: string }): string =>
  sseEvent(JSON.stringify(event), event.type);

/** Returns a reply with an error body of the Messages API. */
export const wireError = (
  type: string,
  message: string,
  status: number,
  headers: Record<string, string> = {},
): Reply => json({ type: 'error', error: { type, message }, request_id: 'req_1' }, status, headers);
