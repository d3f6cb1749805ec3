/**
 * Responses and inputs of the AG-UI protocol, for CopilotKit and other clients of AG-UI.
 * @module
 */
import { sseResponse } from '@majordomo/core/http';
import { Channel, openChannel, withChannel } from './ag-ui-channel.ts';
import { agUiTranslator } from './ag-ui-translator.ts';
import { chunkStream } from './response.ts';
import type { AgUiOptions, UiEvents } from './types.ts';

export { agUiChannel } from './ag-ui-channel.ts';
export { fromAgUi } from './from-ag-ui.ts';

export type { AgUiChannel, AgUiInput, AgUiOptions, FromAgUiOptions } from './types.ts';

/**
 * Returns a run as AG-UI 1.0 events over SSE, for `HttpAgent`, CopilotKit and assistant-ui's AG-UI runtime. A reset is sent as a
 * `MESSAGES_SNAPSHOT` of the messages that are still valid. Pending calls end the run with the outcome `interrupt`. The client
 * sends its decisions as `resume`, with `{ approved: boolean, reason? }` as payload. If only tools of the page wait, the outcome is
 * `success` with `pendingToolCallIds`, and the client sends their results as `tool` messages.
 */
export function agUiResponse(events: UiEvents, options: AgUiOptions): Response {
  const { input, signal, heartbeatMs, headers, channel, ...others } = options;
  // This throws if another response has the channel, so it comes before anything that would have to be undone.
  const opened = channel && openChannel(channel);
  const { threadId: chatId, runId: messageId } = input;
  // Each step is a separate message of AG-UI, so no message of the client is continued.
  const uiOptions = { ...others, chatId, messageId, input: { ...input, messageId, steps: 0 } };
  const translate = agUiTranslator(input);
  const batches = chunkStream('agUiResponse', events, uiOptions, (chunks) => [chunks.flatMap(translate)]);
  return sseResponse(withChannel(batches, opened ?? new Channel(undefined)), {
    signal,
    heartbeatMs,
    headers,
  });
}
