import { LlmError } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { sseMessages } from '@majordomo/core/toolkit';
import type { Management } from './connection.ts';
import { failure } from './errors.ts';
import type { ManageOptions } from './options.ts';

/**
 * One thing that happened: `modelStatus` (all models with their states), `logData`, `activity`, `inflight`, `uiConfig`,
 * `profileChanged`, or what a later server says. `data` is what the server sent as JSON within JSON, decoded.
 */
export interface SwapEvent {
  readonly type: string;
  readonly data: unknown;
}

/** How events are watched. */
export interface WatchOptions extends ManageOptions {
  /** Milliseconds before a lost connection is made again; default 1,000, doubled up to 30 s while it fails. */
  readonly reconnectMs?: number | undefined;
}

/** Which logs are read. */
export interface LogOptions extends ManageOptions {
  /** Default: both. */
  readonly source?: 'proxy' | 'upstream' | undefined;
  /** Begin with what was logged before; default true. */
  readonly history?: boolean | undefined;
}

const LONGEST_WAIT_MS = 30_000;

/**
 * `GET /api/events`, for as long as the loop runs. After a lost connection the server tells everything from the start:
 * events may come twice, and a reader that is too slow misses some. Throws what the first connection failed with, and
 * later what no new connection would help against: `auth`, `not-found`, `config`, `aborted`.
 */
export async function* events(
  server: Management,
  { reconnectMs = 1000, ...options }: WatchOptions,
): AsyncIterable<SwapEvent> {
  let waitMs: number | undefined;
  for (;;) {
    try {
      const response = await server.send('GET', '/api/events', {
        ...options,
        headers: { ...options.headers, accept: 'text/event-stream' },
      });
      waitMs = reconnectMs;
      if (response.body !== null) yield* eventsIn(response.body);
    } catch (error) {
      const failed = failure(error, server.target, options.signal);
      if (waitMs === undefined || !LlmError.is(failed, ...TRANSIENT)) throw failed;
    }
    await pause(waitMs, server.target, options.signal);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

const TRANSIENT = ['network', 'server', 'overloaded', 'timeout'] as const;

async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncIterable<SwapEvent> {
  for await (const { data } of sseMessages(body)) {
    const event = decoded(data);
    if (event !== undefined) yield event;
  }
}

/** What is not an event is passed over: one odd line must not end the watch. */
function decoded(line: string): SwapEvent | undefined {
  const { type, data } = asRecord(parsed(line));
  return typeof type === 'string'
    ? { type, data: typeof data === 'string' ? parsed(data) : data }
    : undefined;
}

/** Text that is not JSON stays text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `GET /logs/stream`: pieces of text as they are written, until the server ends it or the loop is left. */
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
    throw failure(error, server.target, options.signal);
  }
}

async function pause(ms: number, target: string, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
  if (signal?.aborted === true) throw failure(signal.reason, target, signal);
}
