import type { LlmError } from '@majordomo/core';
import { truncateBody, wireError } from '@majordomo/wire-kit';
import { inBandKind } from './kind.ts';
import { parseFailure, withBodyWait } from './reported-failure.ts';

/**
 * Returns the error for a failure that the server sent in place of content. The code or the status inside the body determines its
 * kind. The argument `status`, the HTTP status of a non-streaming response, does not affect the kind.
 */
export function inBandError(
  given: unknown,
  target: string,
  secrets: readonly string[],
  status?: number,
): LlmError {
  const body = truncateBody(given);
  const failure = parseFailure(body);
  return wireError({
    ...failure,
    status,
    kind: inBandKind(failure),
    headers: withBodyWait(undefined, body),
    target,
    body,
    secrets,
  });
}
