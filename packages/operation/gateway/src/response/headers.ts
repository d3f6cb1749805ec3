import type { Attempt, Warning } from '@majordomo/core';

/** Information about a call that its client receives in headers. */
export interface CallInfo {
  readonly target: string | undefined;
  /** Number of attempts, including the successful attempt. */
  readonly attempts: number;
  readonly warnings: readonly Warning[];
}

/** Maximum length of a header value in characters. Servers and clients limit the length of headers. */
const MAX_LENGTH = 2000;

/** Returns headers with the target that responded, the number of attempts, and the warnings of the call. */
export function callHeaders({ target, attempts, warnings }: CallInfo): Record<string, string> {
  return {
    ...(target === undefined ? {} : { 'x-majordomo-target': printable(target) }),
    'x-majordomo-attempts': String(attempts),
    ...warningHeaders(warnings),
  };
}

/** Returns the header with the warnings, if there are any. */
export function warningHeaders(warnings: readonly Warning[]): Record<string, string> {
  const texts = warnings.map(({ action, what, why }) => `${action} ${what}: ${why}`);
  return texts.length === 0 ? {} : { 'x-majordomo-warnings': printable(texts.join('; ')) };
}

/** Returns the number of attempts, excluding skipped targets. */
export const attemptsOf = (attempts: readonly Attempt[]): number =>
  attempts.filter(({ outcome }) => outcome !== 'skipped').length;

/** Truncates a header value, and replaces characters that headers do not allow. */
const printable = (text: string): string => text.slice(0, MAX_LENGTH).replace(/[^\x20-\x7e]/g, '?');

/** Adds headers to a response of the gateway. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
