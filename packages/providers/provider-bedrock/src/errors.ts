import { LlmError, type ErrorKind } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import {
  type HeaderReader,
  truncateBody,
  transportError,
  tryParseJson,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { converseRecoveryFor } from './recovery.ts';

/** Properties of an attempt that appear in its errors. */
export interface ConverseErrorContext extends ErrorContext {
  /** Whether a streamed response was requested. */
  readonly streamed: boolean;
  /** Sources of the region and the credentials, for authentication errors. */
  readonly sources: string;
}

const BY_NAME: ReadonlyMap<string, ErrorKind> = new Map([
  ['AccessDeniedException', 'auth'],
  ['ExpiredTokenException', 'auth'],
  ['IncompleteSignatureException', 'auth'],
  ['InvalidSignatureException', 'auth'],
  ['MissingAuthenticationTokenException', 'auth'],
  ['UnrecognizedClientException', 'auth'],
  ['InternalServerException', 'server'],
  ['ModelErrorException', 'server'],
  ['ModelStreamErrorException', 'server'],
  ['ModelNotReadyException', 'overloaded'],
  ['ServiceUnavailableException', 'overloaded'],
  ['ModelTimeoutException', 'timeout'],
  ['ResourceNotFoundException', 'not-found'],
  ['ServiceQuotaExceededException', 'rate-limit'],
  ['ThrottlingException', 'rate-limit'],
  ['TooManyRequestsException', 'rate-limit'],
  ['ValidationException', 'invalid-request'],
]);

/** Error kinds by message, for messages that are more specific than the exception (observed 2024 to 2026). */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [
    /(?:input|prompt) is too long|max(?:imum)? input token|input tokens? exceeds?|exceeds the maximum number of input tokens|exceed context limit/i,
    'context-overflow',
  ],
  // "A maximum of 100 PDF pages may be provided." Another model of the chain may accept more pages.
  [/maximum of \d+ PDF pages/i, 'unsupported'],
  [/too many tokens per day/i, 'quota'],
  [/blocked by (?:our )?content filter/i, 'content-filter'],
  [/payment instrument/i, 'billing'],
];

/**
 * Converts an error of a call to an `LlmError`. Recognizes SDK errors by their properties, because the SDK is loaded lazily
 * and its error classes may not be available. From the `LlmError` of `classify`, `transportError` only removes the secrets.
 */
export const toLlmError = (error: unknown, facts: ConverseErrorContext): LlmError =>
  transportError(classify(error, facts), facts.target, facts.secrets);

function classify(error: unknown, facts: ConverseErrorContext): LlmError {
  if (LlmError.is(error)) {
    // The SDK's retry middleware adds its retry counts as `$metadata` to every error that passes through the middleware.
    Reflect.deleteProperty(error, '$metadata');
    return error;
  }
  if (!(error instanceof Error)) return transportError(error, facts.target, facts.secrets);
  // The SDK appends a debugging hint to the messages of its decoder's errors. Remove this hint.
  if (typeof error.message === 'string') error.message = error.message.replace(SDK_HINT, '');
  const name = nameOf(error);
  const message = textOf(error);
  const status = statusOf(error);
  if (BY_NAME.has(name) || status !== undefined) return responseError(error, status, facts);
  const login = loginError(error, facts);
  if (login !== undefined) return login;
  const { target } = facts;
  const options = { cause: error };
  if (/^Truncated event message/.test(message))
    return new LlmError('truncated', `${target}: the stream ended inside a frame`, { target }, options);
  // The SDK decodes a body recursively, so thousands of nested levels cause a RangeError.
  if (BROKEN_FRAME.test(message) || name === 'SyntaxError' || name === 'RangeError')
    return new LlmError(
      'protocol',
      `${target}: the response contains an invalid frame or body`,
      { target, path: '' },
      options,
    );
  return isTransport(error)
    ? transportError(error, target, facts.secrets)
    : responseError(error, status, facts);
}

/**
 * Matches messages of the SDK's event-stream decoder for bytes that are not a frame. The last two alternatives match a
 * `TypeError` for a missing header.
 */
const BROKEN_FRAME =
  /checksum|Unrecogni[sz]|event stream message|message length|base64|'value'|message\.headers/;

/**
 * Whether the transport caused the error. If the SDK has no class for an exception inside a stream, the name of the error is the
 * exception's code, such as `fooException`.
 */
const isTransport = (error: Error): boolean =>
  !('$fault' in error) && !/(?:exception|failure|fault)$|^internal/i.test(error.name);

/** Returns the exception name. Inside a stream, `ThrottlingException` has the form `throttlingException`. */
const nameOf = ({ name }: Error): string => name.charAt(0).toUpperCase() + name.slice(1);

function responseError(error: Error, status: number | undefined, facts: ConverseErrorContext): LlmError {
  const name = nameOf(error);
  const message = textOf(error);
  const code = name === 'Error' || name === 'SyntaxError' ? undefined : name;
  const text = name === 'SyntaxError' ? 'the response is not JSON' : message.slice(0, MAX_MESSAGE_LENGTH);
  const kind = BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? BY_NAME.get(name);
  const { target, secrets, request, streamed } = facts;
  return wireError({
    target,
    status,
    code,
    kind,
    message: kind === 'auth' ? `${text} (${facts.sources})` : text,
    requestId: metadataOf(error)?.requestId,
    headers: headersOf(error),
    secrets,
    cause: error,
    recover: isRefused(status, name, text)
      ? facts.renew?.()
      : request && converseRecoveryFor(status ?? 0, text, request, streamed),
  });
}

function textOf({ message }: { readonly message: unknown }): string {
  const short = truncateBody(message);
  const text = typeof short === 'string' ? short : JSON.stringify(short);
  return messageIn(text) ?? text;
}

const SDK_HINT = /\n {2}Deserialization error: to see the raw response[^]*$/;

function messageIn(text: string): string | undefined {
  const { message, Message } = asRecord(text.startsWith('{') ? tryParseJson(text) : undefined);
  return [message, Message].find((value) => typeof value === 'string');
}

/**
 * Whether the service rejected the credential itself, not its permissions. Expired and unknown API keys also cause status 403
 * (observed 2026-09).
 */
const isRefused = (status: number | undefined, name: string, text: string): boolean =>
  status === 401 ||
  /^(?:ExpiredToken|UnrecognizedClient|InvalidSignature)Exception$/.test(name) ||
  (status === 403 && /bearer token|api key is valid/i.test(text));

const MAX_MESSAGE_LENGTH = 600;

/** Returns the property `$metadata`, which every exception of an AWS client has. */
function metadataOf(
  error: Error,
): { readonly httpStatusCode?: number; readonly requestId?: string } | undefined {
  return '$metadata' in error && typeof error.$metadata === 'object'
    ? (error.$metadata ?? undefined)
    : undefined;
}

/** Returns the HTTP status of an error; `undefined` for an error inside a stream, whose status is 200. */
function statusOf(error: Error): number | undefined {
  const status = metadataOf(error)?.httpStatusCode;
  return status !== undefined && status >= 300 ? status : undefined;
}

function headersOf(error: Error): HeaderReader | undefined {
  if (!('$response' in error) || typeof error.$response !== 'object' || error.$response === null)
    return undefined;
  const headers = 'headers' in error.$response ? error.$response.headers : undefined;
  if (!isRecord(headers)) return undefined;
  const known = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return { get: (name) => known.get(name) ?? null };
}

/** Returns the error for credentials that the SDK did not find. No request was sent, and 401 is the status of every missing key. */
function loginError(error: Error, { target, sources, secrets }: ConverseErrorContext): LlmError | undefined {
  if (!/^(?:CredentialsProviderError|TokenProviderError)$/.test(error.name)) return undefined;
  const { cause } = transportError(error, target, secrets);
  if (/expired|sso login|re-?authenticate/i.test(error.message)) {
    const message = `${target}: the AWS login has expired; log in again (${sources})`;
    return new LlmError('auth', message, { target, code: 'login-required' }, { cause });
  }
  const message = `${target}: no AWS credentials found; pass credentials or apiKey, or set AWS_BEARER_TOKEN_BEDROCK or AWS_ACCESS_KEY_ID (${sources})`;
  return new LlmError('auth', message, { target, status: 401, code: 'missing-key' }, { cause });
}
