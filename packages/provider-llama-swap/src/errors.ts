import type { LlmError } from '@majordomo/core';
import { wireError } from '@majordomo/core/provider';

const LONGEST_MESSAGE = 600;

/** What the server itself refused, outside of chat. A 404 is `not-found`: no such model, or one of a peer. */
export async function refusal(
  response: Response,
  target: string,
  secrets: readonly string[],
): Promise<LlmError> {
  const body = await response.text();
  return wireError({
    target,
    status: response.status,
    headers: response.headers,
    message: said(body).slice(0, LONGEST_MESSAGE),
    body,
    secrets,
  });
}

/** `{ error: { message } }`, older `{ error: '…' }`, or words alone, as the `Accept` header and its age have it. */
function said(body: string): string {
  try {
    const json = JSON.parse(body) as { readonly error?: unknown } | null;
    const error = json?.error;
    if (typeof error === 'string') return error;
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  } catch {
    // Words alone.
  }
  return body;
}
