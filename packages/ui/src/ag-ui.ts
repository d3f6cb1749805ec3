import { sseResponse } from '@majordomo/core/http';
import { checkOptions } from '@majordomo/core/toolkit';
import { AgUiEncoder } from './ag-ui-encoder.ts';
import type { AgUiOptions } from './ag-ui-types.ts';
import { EventSource } from './events.ts';
import { ResponseStream } from './response-stream.ts';
import type { UiEvents } from './types.ts';

export { fromAgUi } from './from-ag-ui.ts';
export type { AgUiInput, AgUiOptions } from './ag-ui-types.ts';

/**
 * Returns a run as AG-UI 1.0 events over SSE, for `HttpAgent`, CopilotKit and assistant-ui's AG-UI runtime. A reset is a
 * `MESSAGES_SNAPSHOT` of the messages that are still valid. Pending calls end the run with the outcome `interrupt`; the client
 * sends its decisions as `resume`, with `{ approved: boolean, reason? }` as payload.
 */
export function agUiResponse(events: UiEvents, options: AgUiOptions): Response {
  checkOptions('agUiResponse', options, { input: 'object', onEnd: 'function', approvalTtlMs: 0 }, ['input']);
  const { input, signal, heartbeatMs, headers } = options;
  const stream = new ResponseStream(
    new EventSource(events, 0),
    new AgUiEncoder(options),
    input.messages,
    options,
  );
  return sseResponse(stream, { signal, heartbeatMs, headers });
}
