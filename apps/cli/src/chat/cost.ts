import type { ChatResponse } from '@majordomo/core';

/** Returns the cost of all attempts, such as `$0.0042`; `undefined` if a price is unknown, or if a subscription pays. */
export async function costIn(response: Pick<ChatResponse, 'attempts'>): Promise<string | undefined> {
  const { costOfResponse, formatUsd } = await import('@majordomo/catalog');
  const { nanoUsd } = await costOfResponse(response);
  return nanoUsd === undefined ? undefined : formatUsd(nanoUsd);
}
