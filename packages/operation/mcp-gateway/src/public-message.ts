import { LlmError, messageOf, type ErrorKind } from '@majordomo/core';

/** Messages for clients, which do not contain addresses of servers. */
const MESSAGES: Readonly<Partial<Record<ErrorKind, string>>> = {
  network: 'cannot be reached',
  timeout: 'did not respond in time',
  auth: 'did not accept the login of the gateway',
  overloaded: 'has no free connection; retry later',
  aborted: 'did not finish the call, because it was aborted',
};

/** Returns the message of a failure of a server for clients. */
export function publicMessage(error: unknown, server: string): string {
  if (LlmError.is(error, 'invalid-request')) return messageOf(error);
  const kind = LlmError.is(error) ? error.kind : 'server';
  return `The server "${server}" ${MESSAGES[kind] ?? 'failed'}.`;
}
