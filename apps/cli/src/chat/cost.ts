import type { ChatResponse } from '@majordomo/core';

/** `$0.0042` for all attempts of an answer, of whatever kind; `undefined` where a price is not known, or a plan pays. */
export async function costIn(response: Pick<ChatResponse, 'attempts'>): Promise<string | undefined> {
  const { costOfResponse, formatUsd } = await import('@majordomo/catalog');
  const { nanoUsd } = await costOfResponse(response);
  return nanoUsd === undefined ? undefined : formatUsd(nanoUsd);
}
