import { eventFrame } from '@majordomo/testing/internal';
import type { Reply } from '@majordomo/test-support';

export const event = (type: string, payload: unknown): Uint8Array =>
  eventFrame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload);

export const exception = (type: string, message: string): Uint8Array =>
  eventFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    { message },
  );

export const START: Uint8Array = event('messageStart', { role: 'assistant' });
export const text = (chunk: string, contentBlockIndex = 0): Uint8Array =>
  event('contentBlockDelta', { contentBlockIndex, delta: { text: chunk } });
const stopBlock = (contentBlockIndex = 0): Uint8Array => event('contentBlockStop', { contentBlockIndex });
const stopMessage = (stopReason: string): Uint8Array => event('messageStop', { stopReason });
const METADATA: Uint8Array = event('metadata', {
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  metrics: { latencyMs: 1 },
});

export const completeStream = (...chunks: readonly string[]): readonly Uint8Array[] => [
  START,
  ...chunks.map((chunk) => text(chunk)),
  stopBlock(),
  stopMessage('end_turn'),
  METADATA,
];

export const EVENT_STREAM: Readonly<Record<string, string>> = {
  'content-type': 'application/vnd.amazon.eventstream',
};

/** Returns a reply that sends the frames as an event stream. */
export const streaming =
  (...sent: readonly Uint8Array[]): Reply =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    for (const bytes of sent) response.write(bytes);
    response.end();
  };
