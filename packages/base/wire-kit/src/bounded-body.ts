import { LlmError } from '@majordomo/core';
import { ByteCollector } from '@majordomo/core/toolkit';

/** Maximum size of a non-streaming body (response, error, model list) after decompression: 64 MiB, in bytes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Returns the response with a body that fails with kind `protocol` and code `too-large` after `maxBytes` bytes (64 MiB by
 * default). The limit is necessary because a few compressed megabytes can decompress to more than the available memory.
 */
export function limitBody(response: Response, target: string, maxBytes: number = MAX_BODY_BYTES): Response {
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (body === null) return response;
  const length = uncompressedLength(response.headers);
  if (length !== undefined && length <= maxBytes) return response;
  const { status, headers, url } = response;
  // Omit the status text, because `Response` rejects characters outside Latin-1.
  const bounded = new Response(boundedStream(body, target, maxBytes), { status, headers });
  // Copy the URL, because SDKs include it in their errors.
  return Object.defineProperty(bounded, 'url', { value: url });
}

/**
 * Returns the length in `content-length`, beyond which `fetch` reads nothing; `undefined` if the header is missing or the body is
 * compressed.
 */
function uncompressedLength(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}

function boundedStream(
  body: ReadableStream<Uint8Array>,
  target: string,
  maxBytes: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        bytes += value.length;
        if (bytes > maxBytes) {
          reader.cancel().catch(() => undefined);
          throw sizeError(target, maxBytes);
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Reads no chunk before the consumer requests it.
    { highWaterMark: 0 },
  );
}

/** Returns all bytes of a body. Throws kind `protocol` with code `too-large` if the body is larger than `maxBytes`. */
export async function collectBody(
  body: AsyncIterable<Uint8Array | string>,
  target: string,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Uint8Array> {
  const bytes = new ByteCollector();
  for await (const piece of body) {
    const chunk = typeof piece === 'string' ? UTF8.encode(piece) : piece;
    if (bytes.size + chunk.length > maxBytes) throw sizeError(target, maxBytes);
    bytes.push(chunk);
  }
  return bytes.concat();
}

const UTF8 = new TextEncoder();

const sizeError = (target: string, maxBytes: number): LlmError =>
  new LlmError('protocol', `${target} answered with more than ${maxBytes} bytes`, {
    target,
    code: 'too-large',
    path: '',
  });
