import { sseHeaders, type SseOptions } from './sse-options.ts';
import { SseSource } from './sse-source.ts';

/** What Node's http and http2, Express and Fastify (`reply.raw`) hand to a handler. */
export interface NodeResponse {
  /** Status and headers. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** False: wait for `drain`. */
  write(chunk: string): boolean;
  /** After the last chunk. */
  end(): unknown;
  /** Called with `drain`. */
  once(event: string, listener: () => void): unknown;
  /** The client has left, or has everything. */
  on(event: 'close', listener: () => void): unknown;
  /** Sends the headers before there is an event. */
  flushHeaders?(): unknown;
  /** Its client has left before. */
  readonly destroyed?: boolean | undefined;
}

/**
 * `sseResponse` into what a Node server hands to a handler, at the client's pace. Settles when all is sent or the client
 * has left; rejects only when the response cannot be begun, such as after its headers.
 *
 * @example
 * createServer((request, response) => void pipeSse(model.stream({ messages: [user('hi')] }), response));
 */
export async function pipeSse(
  events: AsyncIterable<unknown>,
  response: NodeResponse,
  options: SseOptions = {},
): Promise<void> {
  const source = new SseSource(events, options);
  let goOn: () => void = () => undefined;
  response.on('close', () => {
    source.leave();
    goOn();
  });
  try {
    if (response.destroyed === true) return;
    response.writeHead(200, sseHeaders(options));
    response.flushHeaders?.();
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      if (response.write(chunk) || isGone(response)) continue;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        response.once('drain', resolve);
      });
    }
    response.end();
  } finally {
    source.leave();
  }
}

/** Asked anew: it changes while we wait. */
const isGone = ({ destroyed }: NodeResponse): boolean => destroyed === true;
