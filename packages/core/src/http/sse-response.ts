import { sseHeaders, type SseOptions } from './sse-options.ts';
import { SseSource } from './sse-source.ts';

/**
 * A response of server-sent events from a chat stream, an agent's stream, or any events. Pulled at the client's pace:
 * nothing is asked before the first read. When the client leaves, the stream is left as well, and so its connection to
 * the vendor is closed. A failure is the last event.
 *
 * @example
 * const stream = model.stream({ messages: [user(await request.text())] });
 * return sseResponse(stream, { signal: request.signal });
 */
export function sseResponse(events: AsyncIterable<unknown>, options: SseOptions = {}): Response {
  const source = new SseSource(events, options);
  const encoder = new TextEncoder();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await source.next();
        if (isCancelled) return;
        if (chunk === undefined) controller.close();
        else controller.enqueue(encoder.encode(chunk));
      },
      cancel() {
        isCancelled = true;
        source.leave();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: sseHeaders(options) });
}
