import { LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { truncateBody, transportError, wireError } from '@majordomo/wire-kit';

const LONGEST_MESSAGE = 600;

/** What the server itself refused, outside of chat. A 404 is `not-found`: no such model, or one of a peer. */
export async function refusal(
  response: Response,
  target: string,
  secrets: readonly string[],
): Promise<LlmError> {
  const body = bodyOf(await response.text());
  return wireError({
    target,
    status: response.status,
    headers: response.headers,
    message: said(body).slice(0, LONGEST_MESSAGE),
    body,
    secrets,
  });
}

/** JSON, or words alone, as the `Accept` header and the server's age have it. */
function bodyOf(text: string): unknown {
  try {
    return truncateBody(JSON.parse(text));
  } catch {
    return truncateBody(text);
  }
}

/** `{ error: { message } }`, older `{ error: '…' }`, or the words. */
function said(body: unknown): string {
  const { error } = asRecord(body);
  return asText(error) ?? asText(asRecord(error)['message']) ?? asText(body) ?? JSON.stringify(body);
}

/** The transport broke, or the caller did not want any more. */
export function failure(
  error: unknown,
  target: string,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
): LlmError {
  return signal?.aborted === true && !LlmError.is(error)
    ? new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error })
    : transportError(error, target, secrets);
}

/** The name of a registered provider cannot be its variable's too: another one is told. */
export function missingURL(target: string): LlmError {
  const message = `no URL for ${target}: pass baseURL, or set LLM_BOX=llama-swap://host:8080 and ask for box/…`;
  return new LlmError('config', message, { target, code: 'missing-url' });
}
