import type { TokenSource } from '../../src/index.ts';

export { failureOf } from '@majordomo/test-support';

/** Requests the token of a login, as a provider does for each attempt. `rejected`: the token that the vendor has rejected. */
export async function requestToken(
  { credential }: TokenSource,
  rejected?: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  return typeof credential === 'string' ? credential : await credential({ signal, rejected });
}
