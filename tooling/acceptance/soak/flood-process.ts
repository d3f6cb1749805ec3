/**
 * Slow consumers. Each consumer reads one delta of a very long response and then pauses, while the server continues to send.
 * Prints the memory of a stream in this process. Afterwards a third of the consumers reads to the end, a third aborts, and a
 * third stops without an abort.
 */
import { getEventListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createMajordomo, LlmError, user, type StreamEvent } from '@majordomo/core';
import { closeIdle, IDLE_MS, sendReport } from './measured.ts';
import { CHAIN, FLOOD_PIECE, FLOOD_PIECES, promptOf } from './script.ts';

/**
 * Report that is printed at the end. Before it, `paused` and `idle` are printed, each followed by a pause in which the parent
 * reads the state of the servers.
 */
export interface FloodReport {
  readonly streams: number;
  /** Memory per paused stream in bytes, inside and outside of the heap, after a full garbage collection. */
  readonly held: number;
  /** Memory per stream in bytes for a bare `fetch` that has read one chunk, which is the platform's share. */
  readonly bare: number;
  /** Descriptions of streams with an unexpected end. */
  readonly wrong: readonly string[];
  /** Number of listeners that the streams have left on the signal that they share. */
  readonly listeners: number;
  /** Whether the connection pool was closed in time, which an open response prevents. */
  readonly poolClosed: boolean;
}

/** Time until all buffers between a server and its paused reader are full, in milliseconds. */
const QUIET_MS = 2000;

const perTarget = Number(process.argv[2]);
const baseURLs = process.argv.slice(3);
const shared = new AbortController();
const majordomo = createMajordomo({
  providers: CHAIN.map((side, at) => side.provider(`p${at}`, baseURLs[at] ?? '')),
});
const wrong: string[] = [];

type Events = AsyncIterator<StreamEvent, unknown>;

interface Reader {
  readonly iterator: Events;
  readonly own: AbortController;
  first: string;
}

/** Stream that is open and of which one delta was read. */
async function open(target: number): Promise<Reader> {
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, shared.signal]);
  const model = majordomo.model(`p${target}/${CHAIN[target]?.model ?? ''}`);
  const stream = model.stream({ messages: [user(promptOf(0))], maxTokens: 100 }, { signal });
  const iterator: Events = stream[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) throw new Error('the stream ended before its first delta');
    if (value.type === 'text-delta') return { iterator, own, first: value.text };
  }
}

async function readOn({ iterator, first }: Reader): Promise<void> {
  let count = 0;
  let length = first.length;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    if (value.type !== 'text-delta') continue;
    count++;
    length += value.text.length;
  }
  if (length !== FLOOD_PIECE.length * FLOOD_PIECES) wrong.push(`${length} characters in ${count} deltas`);
}

async function abort({ iterator, own }: Reader): Promise<void> {
  own.abort();
  try {
    while ((await iterator.next()).done !== true);
    wrong.push('an aborted stream ended well');
  } catch (error) {
    if (!LlmError.is(error, 'aborted')) wrong.push(String(error));
  }
}

async function leave({ iterator }: Reader): Promise<void> {
  await iterator.return?.();
}

/** Returns the memory after several full garbage collections, because memory is released in the background. */
async function memory(): Promise<number> {
  for (let n = 0; n < 5; n++) {
    globalThis.gc?.();
    await pause(100);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function pauseFor(word: string, ms: number): Promise<void> {
  process.stdout.write(`${word}\n`);
  await pause(ms);
}

/** Creates `count` values on each target. */
const everywhere = <T>(open: (target: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(CHAIN.flatMap((_, target) => Array.from({ length: perTarget }, () => open(target))));

/** Sends a request with `fetch`, reads one chunk and waits. */
async function bareFetch(target: number): Promise<{ cancel(): Promise<void> }> {
  const response = await fetch(baseURLs[target] ?? '', { method: 'POST', body: '{}' });
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('no body');
  await reader.read();
  return reader;
}

/** Returns the memory of one of many paused streams, in bytes. Closes the streams. */
async function heldBy<T>(
  open: (target: number) => Promise<T>,
  close: (opened: T) => Promise<void>,
): Promise<number> {
  const empty = await memory();
  const opened = await everywhere(open);
  await pause(QUIET_MS);
  const full = await memory();
  await Promise.all(opened.map(close));
  await pause(200);
  return (full - empty) / opened.length;
}

// Run each case once, so that the memory of the SDKs, the connection pool and the compiler is not counted.
await heldBy(bareFetch, (reader) => reader.cancel());
await heldBy(open, leave);
const bare = await heldBy(bareFetch, (reader) => reader.cancel());
const held = await heldBy(open, leave);
const readers = await everywhere(open);
const streams = readers.length;
await pause(QUIET_MS);
await pauseFor('paused', 3000);
const FATES = [readOn, abort, leave];
await Promise.all(readers.map((reader, at) => (FATES[at % FATES.length] ?? readOn)(reader)));
const listeners = getEventListeners(shared.signal, 'abort').length;
const poolClosed = await closeIdle(1000);
await pauseFor('idle', IDLE_MS);
const report: FloodReport = { streams, held, bare, wrong, listeners, poolClosed };
sendReport(report);
