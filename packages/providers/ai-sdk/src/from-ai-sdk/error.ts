import { APICallError } from '@ai-sdk/provider';
import { LlmError, messageOf, type ErrorKind } from '@majordomo/core';
import { asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { transportError, tryParseJson, wireError } from '@majordomo/wire-kit';

/** Error kinds by name, for the AI SDK's errors without a response. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  AI_LoadAPIKeyError: 'auth',
  AI_LoadSettingError: 'config',
  AI_InvalidArgumentError: 'invalid-request',
  AI_InvalidPromptError: 'invalid-request',
  AI_NoSuchModelError: 'not-found',
  AI_NoSuchProviderReferenceError: 'not-found',
  AI_UnsupportedFunctionalityError: 'unsupported',
  AI_InvalidResponseDataError: 'protocol',
  AI_JSONParseError: 'protocol',
  AI_TypeValidationError: 'protocol',
  AI_EmptyResponseBodyError: 'truncated',
  AI_NoContentGeneratedError: 'empty',
};

/** Converts an error of a model or stream. Identifies the error by name, because several copies of a package may be installed. */
export function fromSdkError(error: unknown, target: string, signal: AbortSignal): LlmError {
  if (signal.aborted)
    return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: signal.reason });
  if (APICallError.isInstance(error)) return callError(error, target);
  const kind = error instanceof Error ? kindOfName(error.name) : undefined;
  if (kind !== undefined)
    return new LlmError(kind, `${target}: ${messageOf(error)}`, { target }, { cause: error });
  return isRecord(error) && !(error instanceof Error)
    ? streamError(error, target)
    : transportError(error, target);
}

const kindOfName = (name: string): ErrorKind | undefined =>
  Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;

/** Converts an `APICallError`. Without a status, the error has no response, or another majordomo chain caused it. */
function callError(error: APICallError, target: string): LlmError {
  const { statusCode: status, responseHeaders, responseBody } = error;
  if (status === undefined || LlmError.is(error.cause)) return transportError(error.cause ?? error, target);
  // `@ai-sdk/openai` 4 reports a failure in a response with status 200 as status 400, with the parsed body instead of its text.
  if (status < 400 || isRecord(responseBody)) return unreadableResponse(error, target);
  const headers = { get: (name: string) => responseHeaders?.[name] ?? null };
  const reported = vendorError(error);
  return wireError({
    target,
    status,
    code: asText(reported['code']),
    type: asText(reported['type']),
    message: asText(reported['message']) ?? messageOf(error),
    headers,
    requestId: headers.get('x-request-id') ?? headers.get('request-id') ?? undefined,
    body: responseBody,
    cause: error,
  });
}

/** Converts an error about a body that is truncated, invalid, or reports a failure (with status 400 in `@ai-sdk/openai` 4). */
function unreadableResponse(error: APICallError, target: string): LlmError {
  const reported = vendorError(error);
  if (asText(reported['message']) !== undefined) return streamError(reported, target);
  const { cause, responseBody } = error;
  const kindOfCause = cause instanceof Error ? kindOfName(cause.name) : 'protocol';
  const kind = responseBody === '' ? 'truncated' : kindOfCause;
  if (kind === undefined) return transportError(cause, target);
  return new LlmError(kind, `${target}: ${messageOf(error)}`, { target }, { cause: error });
}

/** Returns the vendor's error object, which most vendors put into the member `error`. */
function vendorError({ data, responseBody }: APICallError): Readonly<Record<string, unknown>> {
  const parsed = [data, responseBody].find(isRecord);
  const body = parsed ?? asRecord(tryParseJson(responseBody ?? ''));
  return isRecord(body['error']) ? body['error'] : body;
}

/** Converts an error event of a stream to an `LlmError`. */
function streamError(error: Readonly<Record<string, unknown>>, target: string): LlmError {
  const reported = isRecord(error['error']) ? error['error'] : error;
  return wireError({
    target,
    status: asNumber(error['statusCode']),
    code: asText(reported['code']),
    type: asText(reported['type']),
    message: asText(reported['message']),
    body: reported,
  });
}
