import type { StreamEvent, Warning } from '@majordomo/core';
import type { ParsedRequest } from '../wire.ts';
import { callHeaders } from './headers.ts';
import { droppedParts } from './citations.ts';
import { eventBody, type ReporterOptions } from './reporter.ts';
import { mergedText, textOfEvents, type OpenedStream } from './text-source.ts';

/** Headers of each event stream. */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // By default, nginx buffers responses, which would delay events.
  'x-accel-buffering': 'no',
};

/** Options of an event stream. */
export interface EventStreamOptions extends Omit<ReporterOptions, 'source'> {
  /** Returns the number of attempts so far. */
  readonly attempts: () => number;
}

/**
 * Returns an event stream when the first content of each choice has arrived. Until then, the chain may continue with the next
 * target, and a failure is sent with its HTTP status.
 */
export async function eventStreamResponse(
  streams: readonly AsyncIterable<StreamEvent>[],
  parsed: ParsedRequest,
  { attempts, ...rest }: EventStreamOptions,
): Promise<Response> {
  const opened = await Promise.all(streams.map((stream, choice) => openStream(stream, parsed, choice)));
  const [first] = opened;
  const source = opened.length === 1 && first !== undefined ? first : mergedText(opened);
  const warnings = [...parsed.notes, ...opened.flatMap((each) => each.warnings)];
  return new Response(eventBody({ source, ...rest }), {
    headers: {
      ...EVENT_STREAM_HEADERS,
      ...callHeaders({ target: first?.target, attempts: attempts(), warnings }),
    },
  });
}

/** Calls the wire's `beforeFinish` before the `finish` event. */
async function* withBeforeFinish(
  stream: AsyncIterable<StreamEvent>,
  { beforeFinish }: ParsedRequest,
): AsyncGenerator<StreamEvent> {
  for await (const event of stream) {
    if (event.type === 'finish') await beforeFinish?.(event);
    yield event;
  }
}

/** Reads events until the writer returns text for an event. If an attempt is reset before that, its events are discarded. */
async function openStream(
  stream: AsyncIterable<StreamEvent>,
  parsed: ParsedRequest,
  choice: number,
): Promise<OpenedStream> {
  const events = withBeforeFinish(stream, parsed)[Symbol.asyncIterator]();
  let writer = parsed.createWriter(choice);
  let target: string | undefined;
  const warnings: Warning[] = [];
  for (;;) {
    const step = await events.next();
    if (step.done === true) return { ...textOfEvents(events, writer, ''), target, warnings };
    const event = step.value;
    if (event.type === 'start') target = event.target;
    if (event.type === 'warning') warnings.push(event.warning);
    if (event.type === 'part-end') warnings.push(...droppedParts(event.part));
    if (event.type === 'reset') {
      writer = parsed.createWriter(choice);
      warnings.length = 0;
    }
    const first = writer.write(event);
    if (first !== '') return { ...textOfEvents(events, writer, first), target, warnings };
  }
}
