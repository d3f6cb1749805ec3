import { LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { truncateBody, transportError, wireError } from '@majordomo/wire-kit';

const MAX_MESSAGE_LENGTH = 600;

/** Converts an error response of the management API. A 404 is `not-found`: an unknown model, or one of a peer. */
export async function responseError(
  response: Response,
  target: string,
  secrets: readonly string[],
): Promise<LlmError> {
  const body = bodyOf(await response.text());
  return wireError({
    target,
    status: response.status,
    headers: response.headers,
    message: messageOf(body).slice(0, MAX_MESSAGE_LENGTH),
    body,
    secrets,
  });
}

/** Returns JSON or plain text, depending on the `Accept` header and the server's version. */
function bodyOf(text: string): unknown {
  try {
    return truncateBody(JSON.parse(text));
  } catch {
    return truncateBody(text);
  }
}

/** Reads `{ error: { message } }`, the older `{ error: '…' }`, or plain text. */
function messageOf(body: unknown): string {
  const { error } = asRecord(body);
  return asText(error) ?? asText(asRecord(error)['message']) ?? asText(body) ?? JSON.stringify(body);
}

/** Converts an abort or an error of the transport. */
export function callError(
  error: unknown,
  target: string,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
): LlmError {
  return signal?.aborted === true && !LlmError.is(error)
    ? new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error })
    : transportError(error, target, secrets);
}

/** A provider cannot be configured under its own name by the environment, so the example uses another name. */
export function missingURL(target: string): LlmError {
  const message = `no URL for ${target}: pass baseURL, or set LLM_BOX=llama-swap://host:8080 and use box/…`;
  return new LlmError('config', message, { target, code: 'missing-url' });
}
