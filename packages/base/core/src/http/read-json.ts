import { JsonSizeCheck, MAX_ELEMENTS } from '../json/check-size.ts';
import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import { ByteCollector } from '../util/bytes.ts';
import { systemClock } from '../util/time.ts';

/** Options of `readJson`. */
export interface ReadJsonOptions {
  /** Maximum size of the body, in bytes. @default 33_554_432 (32 MiB) */
  readonly maxBytes?: number | undefined;
  /** Maximum number of elements of all arrays together. Objects may have ten times as many members together. @default 10_000 */
  readonly maxElements?: number | undefined;
  /** Maximum time in which the body must arrive, in milliseconds. @default 300_000 (5 minutes) */
  readonly maxMs?: number | undefined;
  /** Clock of the time limit. @default the system clock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns the JSON of a request that comes from the network. Unlike `request.json()`, refuses a body before the process holds it
 * if the body is too large, late, or divided into thousands of tiny chunks, and before it is parsed if it has too many elements or more
 * than 500 levels.
 *
 * @throws `LlmError` of kind `invalid-request`: the limits, and a body that is not JSON. `details.status` is the status for the client:
 * 413 for the bytes, 408 for the time, 400 otherwise. `details.path` is the list or object with too many elements.
 * @example
 * const { messages } = (await readJson(request)) as { messages: unknown };
 */
export async function readJson(
  request: Pick<Request, 'body'>,
  options: ReadJsonOptions = {},
): Promise<unknown> {
  const text = await readJsonText(request, options);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refusal(400, 'the body is not JSON; send JSON', { cause });
  }
}

/** Returns the text of a request within the limits of `readJson`, for a server that itself refuses what is not JSON. */
export async function readJsonText(
  { body }: Pick<Request, 'body'>,
  {
    maxBytes = 32 * 1024 * 1024,
    maxElements = MAX_ELEMENTS,
    maxMs = 300_000,
    clock = systemClock,
  }: ReadJsonOptions = {},
): Promise<string> {
  if (body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  // A controller, because TypeScript assumes that a variable which only a callback changes keeps its value.
  const late = new AbortController();
  const stopTimer = clock.timer(maxMs, () => {
    late.abort();
    // The read that waits returns the end of the body.
    void reader.cancel().catch(() => undefined);
  });
  const check = new JsonSizeCheck(maxElements);
  const bytes = new ByteCollector();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (bytes.size + next.value.length > maxBytes)
        throw refusal(413, `the body has more than ${maxBytes} bytes; send less`);
      bytes.push(next.value);
      if (bytes.isFragmented) throw refusal(400, 'the body has too many small chunks; send larger ones');
      check.push(next.value);
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    // Only an error of `check` is an `LlmError` without a status.
    if (!LlmError.is(error) || error.details.status !== undefined) throw error;
    throw refusal(400, error.message, { path: error.details.path, cause: error });
  } finally {
    stopTimer();
  }
  if (late.signal.aborted)
    throw refusal(408, `the body did not arrive within ${maxMs / 1000} seconds; send it again`);
  return new TextDecoder().decode(bytes.concat());
}

const refusal = (
  status: number,
  message: string,
  { path, cause }: { readonly path?: string | undefined; readonly cause?: unknown } = {},
): LlmError =>
  new LlmError('invalid-request', message, { status, ...(path !== undefined && { path }) }, { cause });
