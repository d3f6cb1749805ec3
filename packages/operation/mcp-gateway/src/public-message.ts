import { LlmError, messageOf, type ErrorKind } from '@majordomo/core';
import { REFUSED } from './guard.ts';

/** Messages for clients, which do not contain addresses of servers. */
const MESSAGES: Readonly<Partial<Record<ErrorKind, string>>> = {
  network: 'cannot be reached',
  timeout: 'did not respond in time',
  auth: 'did not accept the login of the gateway',
  overloaded: 'has no free connection; retry later',
  aborted: 'did not finish the call, because it was aborted',
  denied: 'was not called, because a limit is reached',
};

/** Messages by the code of the error, which is more specific than its kind. */
const BY_CODE: Readonly<Record<string, string>> = {
  benched: 'is not available after repeated failures',
  busy: 'already runs its maximum number of calls; retry later',
  'result-too-large': 'sent a result that is too long',
  'tool-changed': 'has changed this tool; list the tools again',
};

/** Returns the message of a failure of a server for clients. */
export function publicMessage(error: unknown, server: string): string {
  if (!LlmError.is(error)) return `The server "${server}" failed.`;
  const { kind, details } = error;
  const { code = '', publicMessage: own, retryAfterMs } = details;
  // These messages are about the client's request, and come from this gateway or from the server itself.
  if (kind === 'invalid-request' || code === REFUSED) return messageOf(error);
  const problem = BY_CODE[code] ?? MESSAGES[kind] ?? 'failed';
  const reason = own === undefined ? '' : `: ${own}`;
  const retry =
    retryAfterMs === undefined ? '' : `; retry in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s`;
  return `The server "${server}" ${problem}${reason}${retry}.`;
}
