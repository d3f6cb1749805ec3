import type { ChatStream, StreamEvent, Warning } from '@majordomo/core';
import type { Asked, Writer } from '../wire.ts';
import { toldHeaders } from './headers.ts';
import { untold } from './pages.ts';
import { eventBody } from './telling.ts';
import type { Watched } from './watched.ts';

/** What is known of an answer when its first content is there. */
interface Opened {
  readonly writer: Writer;
  readonly first: string;
  readonly target: string | undefined;
  readonly warnings: readonly Warning[];
}

/** What a streamed answer needs besides the call. */
export interface StreamedOptions {
  readonly idleMs: number;
  /** How far the call is. */
  readonly watched: Watched;
  readonly leave: () => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
  readonly cut: (() => void) | undefined;
}

/**
 * A streamed answer. It begins with the first content: until then the chain may ask the next target unseen, and a failure
 * has a status of its own.
 */
export async function streamed(
  stream: ChatStream,
  asked: Asked,
  { watched, ...rest }: StreamedOptions,
): Promise<Response> {
  const events = stream[Symbol.asyncIterator]();
  const { writer, first, target, warnings } = await untilContent(events, asked);
  return new Response(eventBody({ events, writer, first, ...rest }), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // For nginx, which collects answers by default.
      'x-accel-buffering': 'no',
      ...toldHeaders({ target, attempts: watched.attempts, warnings: [...asked.notes, ...warnings] }),
    },
  });
}

/** An attempt that is taken back before it wrote anything never was. */
async function untilContent(events: AsyncIterator<StreamEvent>, asked: Asked): Promise<Opened> {
  let writer = asked.writer();
  let target: string | undefined;
  const warnings: Warning[] = [];
  for (;;) {
    const step = await events.next();
    if (step.done === true) return { writer, first: '', target, warnings };
    const event = step.value;
    if (event.type === 'start') target = event.target;
    if (event.type === 'warning') warnings.push(event.warning);
    if (event.type === 'part-end') warnings.push(...untold(event.part));
    if (event.type === 'reset') {
      writer = asked.writer();
      warnings.length = 0;
    }
    const first = writer.write(event);
    if (first !== '') return { writer, first, target, warnings };
  }
}
