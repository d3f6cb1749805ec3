import { LlmError } from '@majordomo/core';
import { ByteCollector, checkJsonSize } from '@majordomo/core/toolkit';
import { limitBody } from './bounded-body.ts';

/** Maximum number of elements of all arrays in JSON of a server. A list of 1,000 tools has up to 50,000. */
const MAX_ELEMENTS = 100_000;
/** Maximum number of levels, which a parser reads without recursion. */
const MAX_LEVELS = 10_000;

/** Throws `protocol` with code `too-large` if JSON of a server has too many elements, members or levels. */
export function checkReceivedJson(json: Uint8Array, label: string): void {
  try {
    checkJsonSize(json, MAX_ELEMENTS, MAX_LEVELS);
  } catch (cause) {
    const why = `sent JSON with more than ${MAX_ELEMENTS} array elements, ${10 * MAX_ELEMENTS} object members or ${MAX_LEVELS} levels`;
    throw new LlmError('protocol', `${label} ${why}`, { code: 'too-large' }, { cause });
  }
}

/**
 * Returns the response with a body that is checked before it is parsed. Reading fails with kind `protocol` and code `too-large` for
 * more than `maxBytes` bytes, 100,000 array elements, 1,000,000 object members or 10,000 levels.
 */
export function boundedJson(response: Response, label: string, maxBytes: number): Response {
  const limited = limitBody(response, label, maxBytes);
  if (limited.body === null) return response;
  const { status, headers, url } = response;
  const reader = (limited.body as ReadableStream<Uint8Array>).getReader();
  const checked = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const received = new ByteCollector();
        for (let next = await reader.read(); !next.done; next = await reader.read())
          received.push(next.value);
        const bytes = received.concat();
        checkReceivedJson(bytes, label);
        controller.enqueue(bytes);
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return Object.defineProperty(new Response(checked, { status, headers }), 'url', { value: url });
}
