import type { RecordedEnd } from './recording.ts';

export interface TappedChunk {
  readonly at: number;
  readonly bytes: Uint8Array;
}

interface Over {
  readonly end: RecordedEnd;
  readonly error: unknown;
}

/** Response whose chunks are recorded while its body is read. */
export interface Tap {
  readonly response: Response;
  readonly chunks: readonly TappedChunk[];
  /** Resolves when the response has ended, or when `giveUp` is called. */
  readonly over: Promise<Over>;
  /** Ends the recording of the response as `unfinished`. */
  giveUp(): void;
}

/**
 * Wraps a response and records the chunks that its reader receives. Chunks are read from the transport on demand, so
 * backpressure is preserved.
 */
export function tap(response: Response, now: () => number, signal: AbortSignal | undefined): Tap {
  const chunks: TappedChunk[] = [];
  let resolve: (over: Over) => void = () => undefined;
  const over = new Promise<Over>((settle) => {
    resolve = settle;
  });
  /** Reports the end. Only the first call has an effect. */
  const end = (how: RecordedEnd, error?: unknown): void => {
    resolve({ end: signal?.aborted === true && how !== 'complete' ? 'aborted' : how, error });
  };
  const giveUp = (): void => {
    end('unfinished');
  };
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) {
    end('complete');
    return { response, chunks, over, giveUp };
  }
  const body = new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const bytes = await nextOf(reader).catch((error: unknown) => {
        end('broken', error);
        throw error;
      });
      if (bytes === undefined) {
        end('complete');
        controller.close();
        // Otherwise a pending read into a buffer of the reader would not end.
        controller.byobRequest?.respond(0);
        return;
      }
      // Copy the bytes, because the stream transfers the memory of enqueued chunks.
      chunks.push({ at: now(), bytes: bytes.slice() });
      controller.enqueue(bytes.slice());
    },
    cancel(reason) {
      end('left');
      return reader.cancel(reason);
    },
  });
  return { response: like(response, body), chunks, over, giveUp };
}

/** Returns the next chunk; `undefined` at the end. */
async function nextOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
}

function like(response: Response, body: ReadableStream): Response {
  const { status, statusText, headers, url } = response;
  const copy = new Response(body, { status, statusText, headers });
  return Object.defineProperty(copy, 'url', { value: url });
}
