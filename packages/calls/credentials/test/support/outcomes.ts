import { LlmError } from '@majordomo/core';
import type { TokenSource } from '../../src/index.ts';

/** Returns the `LlmError` of a run. Throws if the run succeeds or fails with another error. */
export async function failureOf(run: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await run.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (LlmError.is(error)) return error;
  throw new Error(`no LlmError: ${String(error)}`);
}

/** Requests the token of a login, as a provider does for each attempt. `rejected`: the token that the vendor has rejected. */
export async function requestToken(
  { credential }: TokenSource,
  rejected?: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  return typeof credential === 'string' ? credential : await credential({ signal, rejected });
}
