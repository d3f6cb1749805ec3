import { JsonSizeCheck, MAX_ELEMENTS } from '../json/check-size.ts';
import { LlmError } from '../types/llm-error.ts';
import { concatBytes } from '../util/bytes.ts';

/** Options of `readJson`. */
export interface ReadJsonOptions {
  /** Maximum size of the body, in bytes. @default 33_554_432 (32 MiB) */
  readonly maxBytes?: number | undefined;
  /** Maximum number of elements of all arrays together. Objects may have ten times as many members together. @default 10_000 */
  readonly maxElements?: number | undefined;
}

/**
 * Returns the JSON of a request that comes from the network. Unlike `request.json()`, refuses a body before the process holds it
 * if the body is too large, and before it is parsed if it has too many elements or more than 500 levels.
 *
 * @throws `LlmError` of kind `invalid-request`: the limits, and a body that is not JSON. `details.path` is the list or object with
 * too many elements.
 * @example
 * const { messages } = (await readJson(request)) as { messages: unknown };
 */
export async function readJson(
  { body }: Pick<Request, 'body'>,
  { maxBytes = 32 * 1024 * 1024, maxElements = MAX_ELEMENTS }: ReadJsonOptions = {},
): Promise<unknown> {
  const check = new JsonSizeCheck(maxElements);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes)
      throw new LlmError('invalid-request', `the body has more than ${maxBytes} bytes; send less`);
    check.push(chunk);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder().decode(concatBytes(chunks)));
  } catch (cause) {
    throw new LlmError('invalid-request', 'the body is not JSON; send JSON', {}, { cause });
  }
}
