import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenExchange } from './exchange.ts';
import type { Plan } from './plan.ts';
import { split, type Split } from './split.ts';

/** How fast and in which pieces the server writes. */
export interface Pace {
  readonly split: Split;
  /** Between two writes, in ms. */
  readonly delayMs: number;
}

/** Plays a plan on a response, until the end or until the client leaves. */
export async function send(
  response: ServerResponse,
  plan: Plan,
  pace: Pace,
  exchange: OpenExchange,
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => {
    left.abort();
  });
  try {
    await pause(plan.lateMs, left.signal);
    if (plan.head !== undefined) {
      // Told by length, as vendors do, unless the body will not be all there.
      const sized = plan.end === 'clean' && plan.stall === undefined && isJson(plan.head.headers);
      const length = sized ? { 'content-length': String(sizeOf(plan.frames)) } : {};
      response.writeHead(plan.head.status, { ...plan.head.headers, ...length });
      response.flushHeaders();
    }
    await sendBody(response, plan, pace, exchange, left.signal);
    await end(response, plan.end, exchange);
  } catch (error) {
    if (!left.signal.aborted) throw error;
  }
}

async function sendBody(
  response: ServerResponse,
  { frames, stall, pace: planned }: Plan,
  pace: Pace,
  exchange: OpenExchange,
  left: AbortSignal,
): Promise<void> {
  const writes = split(frames, planned?.bytes ?? pace.split);
  const everyMs = planned?.everyMs ?? pace.delayMs;
  for (const bytes of stall === undefined ? writes : cutAt(writes, stall.bytes)) {
    if (stall !== undefined && exchange.sent === stall.bytes) await pause(stall.ms, left);
    await write(response, bytes, left);
    exchange.sent += bytes.length;
    if (writes.length > 1) await pause(everyMs, left);
  }
  if (stall !== undefined && exchange.sent === stall.bytes) await pause(stall.ms, left);
}

async function end(response: ServerResponse, how: Plan['end'], exchange: OpenExchange): Promise<void> {
  if (how === 'clean') {
    await new Promise<void>((resolve) => response.end(resolve));
    return;
  }
  exchange.outcome = 'broken';
  if (how === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.destroy();
}

/** The same writes, with one boundary at `bytes`. */
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

/** Written and given to the kernel; the turn after it lets a reader in this process see each write by itself. */
async function write(response: ServerResponse, bytes: Uint8Array, left: AbortSignal): Promise<void> {
  left.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    response.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
  await nextTurn();
}

/** Waits `ms`, for ever if infinite; rejects when the client leaves. */
async function pause(ms: number, left: AbortSignal): Promise<void> {
  left.throwIfAborted();
  if (ms === 0) return;
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('the client left'));
    };
    const go = (): void => {
      left.removeEventListener('abort', stop);
      resolve();
    };
    const timer = Number.isFinite(ms) ? setTimeout(go, ms) : undefined;
    left.addEventListener('abort', stop, { once: true });
  });
}

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  (headers['content-type'] ?? '').includes('json');

const sizeOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, { length }) => sum + length, 0);
