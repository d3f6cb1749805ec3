import { APICallError } from '@ai-sdk/provider';
import { LlmError, messageOf, type ErrorKind } from '@majordomo/core';
import { asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { transportError, wireError } from '@majordomo/wire-kit';

/** Their errors by name, where no vendor has answered. */
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

/** Whatever one of their models threw, or put into its stream, as the one error. By shape: there may be two copies of them. */
export function ourError(error: unknown, target: string, signal: AbortSignal): LlmError {
  if (signal.aborted)
    return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: signal.reason });
  if (APICallError.isInstance(error)) return callError(error, target);
  const kind = error instanceof Error ? named(error.name) : undefined;
  if (kind !== undefined)
    return new LlmError(kind, `${target}: ${messageOf(error)}`, { target }, { cause: error });
  return isRecord(error) && !(error instanceof Error) ? inBand(error, target) : transportError(error, target);
}

const named = (name: string): ErrorKind | undefined => (Object.hasOwn(KINDS, name) ? KINDS[name] : undefined);

/** One without a status never reached the vendor, or is ours: a chain of ours may stand behind a model of theirs. */
function callError(error: APICallError, target: string): LlmError {
  const { statusCode: status, responseHeaders, responseBody } = error;
  if (status === undefined || LlmError.is(error.cause)) return transportError(error.cause ?? error, target);
  if (status < 400 || isRecord(responseBody)) return unreadable(error, target);
  const headers = { get: (name: string) => responseHeaders?.[name] ?? null };
  const said = saidIn(error);
  return wireError({
    target,
    status,
    code: asText(said['code']),
    type: asText(said['type']),
    message: asText(said['message']) ?? messageOf(error),
    headers,
    requestId: headers.get('x-request-id') ?? headers.get('request-id') ?? undefined,
    body: responseBody,
    cause: error,
  });
}

/**
 * A status that all was well, before a body that broke off, is none of theirs, or tells of a failure. Where that body was read,
 * and stands here as an object, another status is made up (`@ai-sdk/openai` 4 has 400 for all).
 */
function unreadable(error: APICallError, target: string): LlmError {
  const said = saidIn(error);
  if (asText(said['message']) !== undefined) return inBand(said, target);
  const { cause, responseBody } = error;
  const kind = responseBody === '' ? 'truncated' : cause instanceof Error ? named(cause.name) : 'protocol';
  if (kind === undefined) return transportError(cause, target);
  return new LlmError(kind, `${target}: ${messageOf(error)}`, { target }, { cause: error });
}

/** The vendor's own words: most put them into a member of that name. */
function saidIn({ data, responseBody }: APICallError): Readonly<Record<string, unknown>> {
  const body = isRecord(data) ? data : isRecord(responseBody) ? responseBody : jsonIn(responseBody);
  return isRecord(body['error']) ? body['error'] : body;
}

function jsonIn(text = ''): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A failure inside of a stream, as the vendor wrote it. */
function inBand(error: Readonly<Record<string, unknown>>, target: string): LlmError {
  const said = isRecord(error['error']) ? error['error'] : error;
  return wireError({
    target,
    status: asNumber(error['statusCode']),
    code: asText(said['code']),
    type: asText(said['type']),
    message: asText(said['message']),
    body: said,
  });
}
