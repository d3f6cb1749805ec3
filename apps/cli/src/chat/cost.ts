import type { ChatResponse } from '@majordomo/core';
import { currentCatalog } from '../catalog/current-catalog.ts';
import type { Io } from '../program/io.ts';

/** Returns the cost of all attempts, such as `$0.0042`, or `undefined` if a price is unknown or a subscription pays. */
export async function costIn(response: Pick<ChatResponse, 'attempts'>, io: Io): Promise<string | undefined> {
  const { costOfResponse, formatUsd } = await import('@majordomo/catalog');
  const { nanoUsd } = await costOfResponse(response, { catalog: await currentCatalog(io) });
  return nanoUsd === undefined ? undefined : formatUsd(nanoUsd);
}
