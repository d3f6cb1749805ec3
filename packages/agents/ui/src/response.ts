import { LlmError, systemClock } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { atLeast, checkOptions, sseEvent } from '@majordomo/core/toolkit';
import { ChunkEncoder } from './chunks.ts';
import { durableSource } from './durable-source.ts';
import { eventSource, type SourceInput } from './events.ts';
import { responseStream, type ResponseStream, type Translate } from './response-stream.ts';
import type { UiEvents, UiMessageChunk, UiOptions, UiResponseOptions } from './types.ts';

const PROTOCOL = { 'x-vercel-ai-ui-message-stream': 'v1' };

/**
 * Returns events as chunks of the UI message stream, for custom transports. Reads events only on demand. `return()` closes the
 * connection to the vendor at once, even while `next()` waits. Never rejects. A failure is an `error` chunk.
 */
export function uiMessageChunks(
  events: UiEvents,
  options: UiOptions = {},
): AsyncIterableIterator<UiMessageChunk> {
  return chunkStream('uiMessageChunks', events, options);
}

/**
 * Returns a response that `useChat` of the AI SDK, assistant-ui and every other reader of the UI message stream protocol
 * understands. The response has status 200 and the header `x-vercel-ai-ui-message-stream: v1`, and sends events up to `[DONE]`.
 * When the client disconnects, the connection to the vendor is closed.
 *
 * @example
 * const input = await fromUiMessages((await readJson(request)).messages);
 * const stream = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart', signal: request.signal });
 * return uiMessageResponse(stream, { input, signal: request.signal });
 */
export function uiMessageResponse(events: UiEvents, options: UiResponseOptions = {}): Response {
  return chunkResponse(chunkStream('uiMessageResponse', events, options), options);
}

/**
 * Returns the chunks of a response. The caller can stop the response. Without `translate`, the chunks are those of the UI message
 * stream. Throws `config` for an invalid option.
 */
export function chunkStream<Chunk = UiMessageChunk>(
  caller: string,
  events: UiEvents,
  options: UiOptions,
  translate: Translate<Chunk> = (chunks) => chunks as readonly never[],
): ResponseStream<Chunk> {
  checkOptions(caller, options, {
    aiSdk: 'number',
    input: 'object',
    messageId: 'string',
    reasoning: 'boolean',
    sources: 'boolean',
    replay: 'boolean',
    cost: 'function',
    approvalTtlMs: atLeast(0),
    durable: 'object',
    onEnd: 'function',
    onError: 'function',
  });
  const { durable, aiSdk, clock = systemClock, input = NO_INPUT } = options;
  if (aiSdk !== undefined && ![5, 6, 7].includes(aiSdk))
    throw new LlmError('config', `${caller}: aiSdk must be 5, 6 or 7, not ${String(aiSdk)}`, {
      path: 'aiSdk',
    });
  const source =
    durable === undefined ? eventSource(events, input) : durableSource(events, input, durable, clock);
  return responseStream(source, new ChunkEncoder(options), options, translate);
}

const NO_INPUT: SourceInput = { messages: [], steps: 0, decisions: [] };

/** Returns a response that sends chunks with the protocol's headers, and `[DONE]` at the end. */
export function chunkResponse(
  chunks: AsyncIterable<UiMessageChunk>,
  { signal, heartbeatMs, headers }: Pick<UiResponseOptions, 'signal' | 'heartbeatMs' | 'headers'>,
): Response {
  const response = sseResponse(chunks, { signal, heartbeatMs, headers: { ...PROTOCOL, ...headers } });
  return new Response(response.body && withDone(response.body), { headers: response.headers });
}

/** Adds `[DONE]`, without which assistant-ui reports a broken stream. A `TransformStream` would read ahead of the client. */
function withDone(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        controller.enqueue(done ? new TextEncoder().encode(sseEvent('[DONE]')) : value);
        if (done) controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
