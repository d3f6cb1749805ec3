import { LlmError, type Recovery } from '@majordomo/core';
import { redactCause, type HeaderReader } from '@majordomo/core/toolkit';
import {
  plainTextOf,
  reasonOf,
  truncateBody,
  transportError,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { accountRule, failureOf } from './failure/error-body.ts';
import type { ReportedFailure } from './failure/reported.ts';
import { namedKind } from './failure/kind.ts';
import { withBodyWait } from './failure/retry-after.ts';
import type { SdkErrors } from './sdk-errors.ts';

/** What an error of one attempt is made with on these wires. */
export interface SdkErrorContext extends ErrorContext {
  /** Which changed request may succeed, given what was sent. */
  recovery?: ((failure: ReportedFailure, status: number) => Recovery | undefined) | undefined;
}

/** Codes of Node's fetch for a wait that was too long. */
const TIMED_OUT = /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** Any failure of a call, told by its shape, and by the SDK's classes where it has none of its own. */
export function toLlmError(error: unknown, facts: SdkErrorContext, sdk: SdkErrors): LlmError {
  if (LlmError.is(error)) return transportError(error, facts.target, facts.secrets);
  if (!(error instanceof Error)) return transportError(error, facts.target, facts.secrets);
  const status = 'status' in error ? error.status : undefined;
  if (typeof status === 'number') return reported(error, status, facts);
  if (sdk.isRefusal(error) || isBadHeader(error)) return refusedToSend(error, facts);
  const found = transportError(error, facts.target, facts.secrets);
  // The SDK looks for the words "timed out" in whatever the transport threw, our own errors included.
  const isTimeout = sdk.isTimeout(error)
    ? found.kind === 'network'
    : TIMED_OUT.test(found.details.code ?? '');
  return isTimeout ? timedOut(found) : found;
}

/** An HTTP error: the SDK's `error` is the body, or the body's own `error`. */
function reported(error: Error, status: number, facts: SdkErrorContext): LlmError {
  const body = 'error' in error ? truncateBody(error.error) : undefined;
  const failure = failureOf(body);
  const headers = 'headers' in error ? readerOf(error.headers) : undefined;
  return wireError({
    ...failure,
    kind: namedKind(failure),
    ...accountRule(failure, status),
    target: facts.target,
    status,
    message: failure.message === '' ? plainTextOf(error.message, status) : failure.message,
    requestId: headers?.get('x-request-id') ?? headers?.get('cf-ray') ?? undefined,
    headers: withBodyWait(headers, body),
    body: body ?? plainTextOf(error.message, status),
    secrets: facts.secrets,
    cause: error,
    recover: status === 401 ? facts.credential?.() : facts.recovery?.(failure, status),
  });
}

/** A key with a line break, for one: nothing was sent, and no other attempt would fare better. */
const isBadHeader = (error: Error): boolean =>
  error instanceof TypeError && /header|ByteString/i.test(error.message);

function refusedToSend(error: Error, { target, secrets }: SdkErrorContext): LlmError {
  const message = `the request to ${target} could not be made: ${reasonOf(error, secrets)}`;
  return new LlmError('config', message, { target }, { cause: redactCause(error, secrets) });
}

const timedOut = ({ message, details, cause }: LlmError): LlmError =>
  new LlmError('timeout', message, { ...details, phase: 'connect' }, { cause });

/** Newer SDKs give `Headers`, older ones a record by lower-case names. */
export function readerOf(headers: unknown): HeaderReader | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if ('get' in headers && typeof headers.get === 'function') return headers as HeaderReader;
  return {
    get(name) {
      const value: unknown = Reflect.get(headers, name.toLowerCase());
      return typeof value === 'string' ? value : null;
    },
  };
}
