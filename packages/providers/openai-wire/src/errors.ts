import { LlmError, type Recovery } from '@majordomo/core';
import { redactCause } from '@majordomo/core/toolkit';
import {
  type HeaderReader,
  plainTextOf,
  truncateBody,
  transportError,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { reasonOf } from '@majordomo/wire-kit/internal';
import {
  accountPolicyFailure,
  parseFailure,
  type ReportedFailure,
  withBodyWait,
} from './failure/reported-failure.ts';
import { specificKind } from './failure/kind.ts';
import type { SdkErrors } from './sdk.ts';

/** Functions of a request that add to its errors. */
export interface SdkErrorRules {
  /** Returns a change with which the request may succeed after this failure. */
  readonly recovery?: ((failure: ReportedFailure, status: number) => Recovery | undefined) | undefined;
  /** Returns a remedy to append to the error message. */
  readonly remedy?: ((failure: ReportedFailure, status: number) => string | undefined) | undefined;
}

/** Properties of an attempt that determine its errors. */
export interface SdkErrorContext extends ErrorContext, SdkErrorRules {}

/** Codes with which Node's `fetch` reports a timeout. */
const TIMEOUT_CODE = /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** Converts any failure of a call to an `LlmError`. For an error with a status, does not use the SDK's error classes. */
export function toLlmError(error: unknown, facts: SdkErrorContext, sdk: SdkErrors): LlmError {
  // From an `LlmError`, `transportError` only removes the secrets.
  if (LlmError.is(error) || !(error instanceof Error))
    return transportError(error, facts.target, facts.secrets);
  const status = 'status' in error ? error.status : undefined;
  if (typeof status === 'number') return httpError(error, status, facts);
  if (sdk.isUnsent(error)) return unsentError(error, facts);
  const found = transportError(error, facts.target, facts.secrets, facts.server);
  // The SDK reports every transport error whose message contains "timed out" as a timeout, so check the kind too.
  const isTimeout = sdk.isTimeout(error)
    ? found.kind === 'network'
    : TIMEOUT_CODE.test(found.details.code ?? '');
  return isTimeout ? transportTimeout(found) : found;
}

/** Converts an HTTP error. The property `error` of the SDK's error is the response body, or the body's property `error`. */
function httpError(error: Error, status: number, facts: SdkErrorContext): LlmError {
  const body = 'error' in error ? truncateBody(error.error) : undefined;
  const failure = parseFailure(body);
  const text = failure.message === '' ? plainTextOf(error.message, status) : failure.message;
  const remedy = facts.remedy?.(failure, status);
  const headers = 'headers' in error ? headerReader(error.headers) : undefined;
  return wireError({
    ...failure,
    kind: specificKind(failure),
    // Replaces the kind and code of `failure`, which would be those of a missing model.
    ...accountPolicyFailure(failure, status),
    target: facts.target,
    status,
    message: [text, remedy].filter((part) => part !== undefined && part !== '').join('; '),
    requestId: headers?.get('x-request-id') ?? headers?.get('cf-ray') ?? undefined,
    headers: withBodyWait(headers, body),
    body: body ?? plainTextOf(error.message, status),
    secrets: facts.secrets,
    cause: error,
    keyRemedy: facts.keyRemedy,
    // After a 401, only another credential can help.
    recover: status === 401 ? facts.renew?.() : facts.recovery?.(failure, status),
  });
}

function unsentError(error: Error, { target, secrets }: SdkErrorContext): LlmError {
  const message = `${target}: the request could not be created: ${reasonOf(error, secrets)}`;
  return new LlmError('config', message, { target }, { cause: redactCause(error, secrets) });
}

/** Returns the error without `phase`, because no limit of `Timeouts` ended the attempt, and the vendor may bill it. */
const transportTimeout = ({ message, details, cause }: LlmError): LlmError =>
  new LlmError('timeout', message, details, { cause });

/** Returns a reader for `Headers`, or for the record with lower-case names that older SDKs provide. */
export function headerReader(headers: unknown): HeaderReader | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if ('get' in headers && typeof headers.get === 'function') return headers as HeaderReader;
  return {
    get(name) {
      const value: unknown = Reflect.get(headers, name.toLowerCase());
      return typeof value === 'string' ? value : null;
    },
  };
}
