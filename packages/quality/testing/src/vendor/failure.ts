import type { ErrorKind } from '@majordomo/core';

/** Names of the failures that vendors report. Each name states the cause. */
export type FailureName =
  | 'invalid'
  | 'parameter'
  | 'overflow'
  | 'blocked'
  | 'auth'
  | 'billing'
  | 'permission'
  | 'not-found'
  | 'timeout'
  | 'too-large'
  | 'rate-limit'
  | 'quota'
  | 'server'
  | 'bad-gateway'
  | 'unavailable'
  | 'overloaded';

/** Format of a failure on a wire. */
export interface FailureForm {
  readonly status: number;
  readonly type: string;
  readonly code?: string | undefined;
  /** Name of the rejected parameter, if the wire has a field for it. */
  readonly param?: string | undefined;
  readonly message: string;
}

/** Returns the format of a failure. `param`: name of the rejected parameter. */
export const failureForm = (
  status: number,
  type: string,
  message: string,
  code?: string,
  param?: string,
): FailureForm => ({ status, type, message, code, param });

/** Delay that the vendor requests. `ms` is sent in `retry-after-ms`, `seconds` and `date` are sent in `retry-after`. */
export type RetryAfter = { readonly ms: number } | { readonly seconds: number } | { readonly date: Date };

/** Failure with which the server responds. Members that are set replace those of the wire's format. */
export interface Failure extends Partial<FailureForm> {
  readonly failure: FailureName;
  readonly retryAfter?: RetryAfter | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Error kinds that a provider may use for each failure. */
export const FAILURE_KINDS: Readonly<Record<FailureName, readonly ErrorKind[]>> = {
  invalid: ['invalid-request'],
  parameter: ['invalid-request'],
  overflow: ['context-overflow'],
  blocked: ['content-filter'],
  auth: ['auth'],
  billing: ['billing'],
  permission: ['auth'],
  'not-found': ['not-found'],
  timeout: ['timeout'],
  'too-large': ['unsupported'],
  'rate-limit': ['rate-limit'],
  quota: ['quota'],
  server: ['server'],
  'bad-gateway': ['server'],
  unavailable: ['overloaded'],
  overloaded: ['overloaded'],
};

/** Returns a wire's format of a failure, otherwise its format of `server`. Members of the failure take precedence. */
export function formOf(
  failures: Readonly<Partial<Record<FailureName, FailureForm>>>,
  { failure, status, type, code, param, message }: Failure,
): FailureForm {
  const form = failures[failure] ?? failures.server ?? UNKNOWN;
  return {
    status: status ?? form.status,
    type: type ?? form.type,
    code: code ?? form.code,
    param: param ?? form.param,
    message: message ?? form.message,
  };
}

const UNKNOWN: FailureForm = { status: 500, type: 'server_error', message: 'internal error' };

/** Returns the headers of a failure, including the requested delay. */
export function failureHeaders({ retryAfter, headers }: Failure): Record<string, string> {
  return { 'content-type': 'application/json', ...retryHeaders(retryAfter), ...headers };
}

function retryHeaders(retryAfter: RetryAfter | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  if ('ms' in retryAfter) return { 'retry-after-ms': String(retryAfter.ms) };
  return {
    'retry-after': 'seconds' in retryAfter ? String(retryAfter.seconds) : retryAfter.date.toUTCString(),
  };
}
