import { LlmError, systemClock } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { sseMessages, tryParseJson } from '@majordomo/wire-kit';
import type { Management } from './management.ts';
import { callError } from './errors.ts';
import type { ManageOptions } from './options.ts';

/**
 * Event of the server: `modelStatus` (all models with their states), `logData`, `activity`, `inflight`, `uiConfig`,
 * `profileChanged`, or a type of a later version. `data` is the decoded JSON.
 */
export interface SwapEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Options of `events()`. */
export interface WatchOptions extends ManageOptions {
  /**
   * Time before a lost connection is opened again, in milliseconds. The time doubles up to 30 s if reconnecting fails.
   * @default 1_000
   */
  readonly reconnectMs?: number | undefined;
}

/** Options of `logs()`. */
export interface LogOptions extends ManageOptions {
  /**
   * Logs to read.
   * @default both
   */
  readonly source?: 'proxy' | 'upstream' | undefined;
  /**
   * Whether the stream starts with earlier log entries.
   * @default true
   */
  readonly history?: boolean | undefined;
}

const MAX_WAIT_MS = 30_000;

/**
 * Yields the events of `GET /api/events` until the caller leaves the loop. After a reconnection, the server sends all states
 * again, so events may be repeated. A slow reader may miss events. Throws any error of the first connection. After the first
 * connection, throws only errors that a reconnection cannot resolve, such as `auth` and `aborted`.
 */
export async function* events(
  server: Management,
  { reconnectMs = 1000, ...options }: WatchOptions,
): AsyncIterable<SwapEvent> {
  const { signal = new AbortController().signal } = options;
  // Undefined until the first connection has succeeded.
  let waitMs: number | undefined;
  for (;;) {
    try {
      const response = await server.send('GET', '/api/events', {
        ...options,
        headers: { ...options.headers, accept: 'text/event-stream' },
      });
      waitMs = reconnectMs;
      if (response.body !== null) yield* readEvents(response.body);
    } catch (error) {
      const llmError = callError(error, server.target, signal);
      if (waitMs === undefined || !LlmError.is(llmError, ...TRANSIENT)) throw llmError;
    }
    await systemClock.sleep(waitMs, signal).catch((error: unknown) => {
      throw callError(error, server.target, signal);
    });
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}

const TRANSIENT = ['network', 'server', 'overloaded', 'timeout'] as const;

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncIterable<SwapEvent> {
  for await (const { data } of sseMessages(body)) {
    const event = parseEvent(data);
    if (event !== undefined) yield event;
  }
}

/** Parses an event. Returns `undefined` for any other line, because such a line must not end the stream. */
function parseEvent(line: string): SwapEvent | undefined {
  const { type, data } = asRecord(tryParseJson(line));
  return typeof type === 'string'
    ? { type, data: typeof data === 'string' ? (tryParseJson(data) ?? data) : data }
    : undefined;
}

/** Yields the text of `GET /logs/stream` until the server ends the stream or the caller leaves the loop. */
export async function* logs(
  server: Management,
  { source, history = true, ...options }: LogOptions,
): AsyncIterable<string> {
  const path = `/logs/stream${source === undefined ? '' : `/${source}`}${history ? '' : '?no-history'}`;
  const response = await server.send('GET', path, {
    ...options,
    headers: { ...options.headers, accept: '*/*' },
  });
  if (response.body === null) return;
  try {
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) yield text;
  } catch (error) {
    throw callError(error, server.target, options.signal);
  }
}
