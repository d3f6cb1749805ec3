import { LlmError } from '@majordomo/core';

/** Message for errors of the application. Their original messages are only for the log. */
export const INTERNAL_MESSAGE = 'the server failed; its log contains the reason';

/** Returns the text about an error that a client may receive: the kind and message of an `LlmError`. */
export function publicText(error: unknown): string {
  if (!LlmError.is(error)) return `server: ${INTERNAL_MESSAGE}`;
  const { kind, message, cause } = error;
  // The agent gives errors of application functions the kind `config`, with the error itself as the cause.
  const isOfApplication = kind === 'config' && cause !== undefined && !LlmError.is(cause);
  return `${kind}: ${isOfApplication ? INTERNAL_MESSAGE : message}`;
}
