import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { checkJsonSize } from '@majordomo/core/toolkit';
import { collectBody } from './bounded-body.ts';

/** Maximum time in which the body of a client's request must arrive, in milliseconds. */
const READ_MS = 30_000;

/** Limits of a client's request. */
export interface RequestLimits {
  readonly maxBytes: number;
  /** Maximum number of elements of all arrays of the JSON. `@default 10_000` */
  readonly maxElements?: number | undefined;
  /** Clock of the time limit. `@default` the system clock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns the JSON text of a client's request, which the caller can parse: it has been checked with `checkJsonSize`. Throws
 * `invalid-request` with a status for a request above a limit: 413 for its bytes, 408 after 30 seconds, 400 for its elements and depth.
 */
export async function requestText(
  { body }: Pick<Request, 'body'>,
  { maxBytes, maxElements, clock = systemClock }: RequestLimits,
): Promise<string> {
  if (body === null) return '';
  const late = new AbortController();
  const stopTimer = clock.timer(READ_MS, () => {
    late.abort(refusal(408, `the request did not arrive within ${READ_MS / 1000} seconds; send it again`));
  });
  try {
    const timed = body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal: late.signal });
    const bytes = await collectBody(timed, 'the client', maxBytes);
    checkJsonSize(bytes, maxElements);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (LlmError.is(error, 'protocol')) throw refusal(413, `the request has more than ${maxBytes} bytes`);
    if (!LlmError.is(error, 'invalid-request') || error.details.status !== undefined) throw error;
    throw refusal(400, error.message, error.details.path);
  } finally {
    stopTimer();
  }
}

const refusal = (status: number, message: string, path?: string): LlmError =>
  new LlmError('invalid-request', message, { status, ...(path !== undefined && { path }) });
