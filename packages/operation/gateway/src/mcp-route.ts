import { isRecord } from '@majordomo/core/toolkit';
import { watchCaller } from './auth/watch-caller.ts';
import { limitsOf } from './load-limit.ts';
import { callOptions, type GatewayContext, type RequestContext } from './context.ts';
import { whileConnected } from './errors/refusal.ts';
import type { McpHandler } from './options.ts';
import { jsonBody } from './parsing/body.ts';

/** Maximum number of bytes of an event stream that wait for a client that reads slowly. */
const MAX_UNREAD = 16 * 1024 * 1024;

/**
 * Passes a request to the handler of MCP. An open event stream counts as a call until it ends or the client disconnects. A stream of
 * notifications, which has no end of its own, also ends when its caller is no longer accepted.
 */
export async function mcpRoute(
  context: RequestContext,
  gateway: GatewayContext,
  mcp: McpHandler,
): Promise<Response> {
  const { request, caller, requestId, path, trace } = context;
  // The path is `/mcp`, or `/mcp/NAME`.
  const [, , server] = path.split('/');
  trace.route = server === undefined ? path : '/mcp/:name';
  trace.wire = 'mcp';
  const place = gateway.concurrency.enter();
  const ended = new AbortController();
  const end = (): void => {
    place.leave();
    ended.abort();
  };
  try {
    const isPost = request.method === 'POST';
    const body = isPost ? await jsonBody(request, limitsOf(gateway.settings, place)) : undefined;
    const call = callOptions(context, undefined, gateway);
    const handled = whileConnected(
      () => mcp.fetch(request, { caller, requestId, path, call, server, body, ended: ended.signal }),
      request.signal,
    );
    const { body: answer, status, headers } = await handled;
    trace.isStreamed = headers.get('content-type')?.startsWith('text/event-stream') === true;
    // Copy the response, because the headers of a response of `fetch` are immutable.
    if (!trace.isStreamed || answer === null) {
      end();
      return new Response(answer, { status, headers });
    }
    const endStream = trace.beginStream(gateway.metrics);
    const refused = new AbortController();
    const stopWatching =
      isPost && !isListen(body)
        ? undefined
        : watchCaller(context, gateway.settings, () => {
            refused.abort();
          });
    const stream = untilEnd(withinMemory(answer), AbortSignal.any([request.signal, refused.signal]), () => {
      stopWatching?.();
      end();
      endStream();
    });
    return new Response(stream, { status, headers });
  } catch (error) {
    end();
    throw error;
  }
}

/** Whether a client of protocol 2026 requests notifications. */
const isListen = (body: unknown): boolean => isRecord(body) && body['method'] === 'subscriptions/listen';

/**
 * Returns the same stream, which is read before the client reads it, because its events are written at any speed. Fails if too
 * many bytes wait.
 */
function withinMemory(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        controller.enqueue(value);
        if (controller.desiredSize !== null && controller.desiredSize > 0) return;
        controller.error(new Error(`the client reads too slowly; ${MAX_UNREAD} bytes wait`));
        await reader.cancel();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD }),
  );
}

/** Returns the same stream, which ends when the signal aborts. Calls `onEnd` when the stream has ended, possibly twice. */
function untilEnd(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  const end = (): void => {
    signal.removeEventListener('abort', cancel);
    onEnd();
  };
  const cancel = (): void => {
    end();
    // The stream may have failed.
    reader.cancel().catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (value !== undefined) controller.enqueue(value);
          if (!done) return;
          end();
          controller.close();
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      cancel,
    },
    // Without a queue, the end is reached only when the client has read everything before it.
    { highWaterMark: 0 },
  );
}
