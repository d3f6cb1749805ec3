import { LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { truncateBody, transportError, tryParseJson, wireError } from '@majordomo/wire-kit';

const MAX_MESSAGE_LENGTH = 600;

/** Converts an error response of the management API. Status 404 (unknown model or peer's model) becomes `not-found`. */
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

/** Returns the body as JSON or plain text. The form depends on the `Accept` header and the server's version. */
const bodyOf = (text: string): unknown => truncateBody(tryParseJson(text) ?? text);

/** Reads `{ error: { message } }`, the older `{ error: '…' }`, or plain text. */
function messageOf(body: unknown): string {
  const { error } = asRecord(body);
  return asText(error) ?? asText(asRecord(error)['message']) ?? asText(body) ?? JSON.stringify(body);
}

/** Converts an abort or an error of the transport to an `LlmError`. */
export function callError(
  error: unknown,
  target: string,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
): LlmError {
  return signal?.aborted === true && !LlmError.is(error)
    ? new LlmError('aborted', `${target}: the call was aborted`, { target }, { cause: error })
    : transportError(error, target, secrets);
}

/** Returns the error for a missing URL. The example uses another name, because a variable cannot redefine the provider. */
export function missingURL(target: string): LlmError {
  const message = `${target}: no base URL is configured; pass baseURL, or set LLM_BOX=llama-swap://host:8080 and use box/…`;
  return new LlmError('config', message, { target, code: 'missing-url' });
}
