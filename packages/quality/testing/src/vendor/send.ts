import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { seededRandom } from '@majordomo/core/toolkit';
import type { Plan } from './plan.ts';

/**
 * Sizes of the writes of a body: the complete body, one event, this number of bytes, or random sizes of at most `most` bytes
 * (default 16), which depend on `seed`. A write can end within a character or a line end.
 */
export type Split =
  | 'complete'
  | 'event'
  | number
  | { readonly seed: number; readonly most?: number | undefined };

/** Sizes of the writes of a body, and the time between them. */
export interface Pace {
  readonly split: Split;
  /** Time between two writes, in milliseconds. */
  readonly delayMs: number;
}

/** Progress of a response. `send` sets `sent` and the outcome `broken`. Its caller sets the outcomes `served` and `left`. */
export interface Progress {
  /** Number of body bytes that were written to the socket. */
  sent: number;
  /** Outcome; `open` before the end. `left`: the client disconnected first. `broken`: the server disconnected for a fault. */
  outcome: 'open' | 'served' | 'left' | 'broken';
}

/** Sends a planned response until it ends or the client disconnects. */
export async function send(
  response: ServerResponse,
  plan: Plan,
  pace: Pace,
  progress: Progress = { sent: 0, outcome: 'open' },
): Promise<void> {
  const disconnected = new AbortController();
  response.once('close', () => {
    disconnected.abort();
  });
  try {
    await pause(plan.lateMs, disconnected.signal);
    if (plan.head !== undefined) {
      // Vendors send the length of a JSON body. A body that is cut, reset or paused is sent without a length.
      const isSized = plan.end === 'clean' && plan.stall === undefined && isJson(plan.head.headers);
      const length = isSized ? { 'content-length': String(sizeOf(plan.frames)) } : {};
      response.writeHead(plan.head.status, { ...plan.head.headers, ...length });
      response.flushHeaders();
    }
    await sendBody(response, plan, pace, progress, disconnected.signal);
    await end(response, plan.end, progress);
  } catch (error) {
    if (!disconnected.signal.aborted) throw error;
  }
}

async function sendBody(
  response: ServerResponse,
  { frames, stall, pace: planned }: Plan,
  pace: Pace,
  progress: Progress,
  disconnected: AbortSignal,
): Promise<void> {
  const writes = split(frames, planned?.bytes ?? pace.split);
  const everyMs = planned?.everyMs ?? pace.delayMs;
  const parts = stall === undefined ? writes : cutAt(writes, stall.bytes);
  for (const [at, bytes] of parts.entries()) {
    if (at > 0) await pause(everyMs, disconnected);
    if (stall !== undefined && progress.sent === stall.bytes) await pause(stall.ms, disconnected);
    await write(response, bytes, disconnected);
    progress.sent += bytes.length;
  }
  // A pause after the last byte precedes no write.
  if (stall !== undefined && progress.sent === stall.bytes) await pause(stall.ms, disconnected);
}

async function end(response: ServerResponse, how: Plan['end'], progress: Progress): Promise<void> {
  if (how === 'clean') {
    await new Promise<void>((resolve) => response.end(resolve));
    return;
  }
  progress.outcome = 'broken';
  if (how === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.destroy();
}

/** Splits the frames of a body into writes. */
function split(frames: readonly Uint8Array[], how: Split): readonly Uint8Array[] {
  if (how === 'event') return frames;
  const body = Buffer.concat(frames);
  if (body.length === 0) return [];
  if (how === 'complete') return [body];
  const random = typeof how === 'number' ? undefined : seededRandom(how.seed);
  const most = typeof how === 'number' ? how : (how.most ?? 16);
  const writes: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const size = random === undefined ? most : 1 + Math.floor(random() * most);
    writes.push(body.subarray(at, at + size));
    at += size;
  }
  return writes;
}

/** Returns the writes. Splits the write that contains the position `bytes` at this position. */
function cutAt(writes: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let at = 0;
  return writes.flatMap((chunk) => {
    const inside = bytes - at;
    at += chunk.length;
    return inside > 0 && inside < chunk.length
      ? [chunk.subarray(0, inside), chunk.subarray(inside)]
      : [chunk];
  });
}

/** Writes bytes and waits for one turn of the event loop, so that a reader in this process receives separate chunks. */
async function write(response: ServerResponse, bytes: Uint8Array, disconnected: AbortSignal): Promise<void> {
  disconnected.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    response.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
  await nextTurn();
}

/** Waits for `ms` milliseconds, or forever if `ms` is infinite. Rejects when the client disconnects. */
async function pause(ms: number, disconnected: AbortSignal): Promise<void> {
  disconnected.throwIfAborted();
  if (ms === 0) return;
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('the client disconnected'));
    };
    const go = (): void => {
      disconnected.removeEventListener('abort', stop);
      resolve();
    };
    const timer = Number.isFinite(ms) ? setTimeout(go, ms) : undefined;
    disconnected.addEventListener('abort', stop, { once: true });
  });
}

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  (headers['content-type'] ?? '').includes('json');

const sizeOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, { length }) => sum + length, 0);
