import { APICallError } from '@ai-sdk/provider';
import { LlmError, type ErrorDetails } from '@majordomo/core';

/** Converts an abort to the signal's reason, and any other `LlmError` to an `APICallError` that the AI SDK does not retry. */
export function toSdkError(error: unknown, spec: string, signal: AbortSignal | undefined): unknown {
  if (!LlmError.is(error)) return error;
  if (error.kind === 'aborted') return signal?.aborted === true ? signal.reason : abortError(error);
  const { target = spec, status, body, retryAfterMs } = lastFailure(error);
  return new APICallError({
    message: error.message,
    url: target,
    requestBodyValues: {},
    // If a stream was truncated, its status is successful, so omit the status.
    ...(status !== undefined && status >= 400 ? { statusCode: status } : {}),
    ...(body === undefined ? {} : { responseBody: body }),
    ...(retryAfterMs === undefined
      ? {}
      : { responseHeaders: { 'retry-after-ms': String(Math.ceil(retryAfterMs)) } }),
    cause: error,
    isRetryable: false,
    data: { kind: error.kind, target },
  });
}

const abortError = ({ message }: LlmError): DOMException => new DOMException(message, 'AbortError');

/** Returns the details of the last failed attempt, because the error of an exhausted chain has no status. */
function lastFailure({ kind, details }: LlmError): ErrorDetails {
  if (kind !== 'exhausted') return details;
  const last = details.attempts.findLast(({ outcome }) => outcome === 'failed');
  return { ...details, ...last?.error?.details, retryAfterMs: details.retryAfterMs };
}
