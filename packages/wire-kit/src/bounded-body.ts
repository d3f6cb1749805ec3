import { LlmError } from '@majordomo/core';
import { concatBytes } from '@majordomo/core/toolkit';

/** Maximum size of a complete body (response, error, list) after decompression: 64 MiB. */
export const MAX_BODY_BYTES: number = 64 * 1024 * 1024;

/**
 * Returns the response with a body that fails beyond `maxBytes` bytes with kind `protocol` and code `too-large`. A few
 * compressed megabytes can unpack into more than the memory, and the headers do not state the unpacked size.
 */
export function limitBody(response: Response, target: string, maxBytes: number = MAX_BODY_BYTES): Response {
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (body === null) return response;
  const length = uncompressedLength(response.headers);
  if (length !== undefined && length <= maxBytes) return response;
  const { status, headers, url } = response;
  // The status text is left out: `Response` rejects characters outside Latin-1.
  const bounded = new Response(boundedStream(body, target, maxBytes), { status, headers });
  // SDKs put the URL into their errors.
  return Object.defineProperty(bounded, 'url', { value: url });
}

/** Returns the length that the transport enforces; `undefined` for a compressed body, which can unpack to any length. */
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
    { highWaterMark: 0 },
  );
}

/** Returns all bytes of a body; throws kind `protocol`, code `too-large` beyond `maxBytes`. For transports without a `Response`. */
export async function collectBody(
  body: AsyncIterable<Uint8Array | string>,
  target: string,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    const chunk = typeof piece === 'string' ? UTF8.encode(piece) : piece;
    bytes += chunk.length;
    if (bytes > maxBytes) throw sizeError(target, maxBytes);
    chunks.push(chunk);
  }
  return concatBytes(chunks);
}

const UTF8 = new TextEncoder();

const sizeError = (target: string, maxBytes: number): LlmError =>
  new LlmError('protocol', `${target} answered with more than ${maxBytes} bytes`, {
    target,
    code: 'too-large',
    path: '',
  });
