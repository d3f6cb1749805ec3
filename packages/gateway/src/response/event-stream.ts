import type { ChatStream, StreamEvent, Warning } from '@majordomo/core';
import type { ParsedRequest, Writer } from '../wire.ts';
import { callHeaders } from './headers.ts';
import { droppedParts } from './citations.ts';
import { eventBody, type ReporterOptions } from './reporter.ts';

/** State of a stream when its first content has arrived. */
interface FirstContent {
  readonly writer: Writer;
  readonly first: string;
  readonly target: string | undefined;
  readonly warnings: readonly Warning[];
}

/** Options of an event stream. */
export interface EventStreamOptions extends Omit<ReporterOptions, 'events' | 'writer' | 'first'> {
  /** Returns the number of attempts so far. */
  readonly attempts: () => number;
}

/**
 * Returns an event stream that begins with the first content. Before the first content, the chain may continue with the next
 * target, and a failure has its own HTTP status.
 */
export async function eventStreamResponse(
  stream: ChatStream,
  parsed: ParsedRequest,
  { attempts, ...rest }: EventStreamOptions,
): Promise<Response> {
  const events = withBeforeFinish(stream, parsed)[Symbol.asyncIterator]();
  const { writer, first, target, warnings } = await untilContent(events, parsed);
  return new Response(eventBody({ events, writer, first, ...rest }), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx buffers responses by default.
      'x-accel-buffering': 'no',
      ...callHeaders({ target, attempts: attempts(), warnings: [...parsed.notes, ...warnings] }),
    },
  });
}

/** Calls `beforeFinish` of the wire before the `finish` event. */
async function* withBeforeFinish(
  stream: ChatStream,
  { beforeFinish }: ParsedRequest,
): AsyncGenerator<StreamEvent> {
  for await (const event of stream) {
    if (event.type === 'finish') await beforeFinish?.(event);
    yield event;
  }
}

/** Reads events until the text of an event is not empty. Discards the events of an attempt that is reset before its first text. */
async function untilContent(
  events: AsyncIterator<StreamEvent>,
  parsed: ParsedRequest,
): Promise<FirstContent> {
  let writer = parsed.createWriter();
  let target: string | undefined;
  const warnings: Warning[] = [];
  for (;;) {
    const step = await events.next();
    if (step.done === true) return { writer, first: '', target, warnings };
    const event = step.value;
    if (event.type === 'start') target = event.target;
    if (event.type === 'warning') warnings.push(event.warning);
    if (event.type === 'part-end') warnings.push(...droppedParts(event.part));
    if (event.type === 'reset') {
      writer = parsed.createWriter();
      warnings.length = 0;
    }
    const first = writer.write(event);
    if (first !== '') return { writer, first, target, warnings };
  }
}
