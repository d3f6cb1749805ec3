import type { JSONObject, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { systemClock, type Attempt, type ChatResponse, type Warning } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { BridgeOptions } from './options.ts';

/** Time limit of the application's function `cost`, in milliseconds. */
const COST_TIMEOUT_MS = 1000;

/** Returns `providerMetadata.majordomo` of an answer: target, the vendor's name of the model, attempts, warnings and cost. */
export async function metadataOf(
  response: ChatResponse,
  { cost }: BridgeOptions,
): Promise<SharedV4ProviderMetadata> {
  const nanoUsd = cost === undefined ? undefined : await costOf(response, cost);
  return {
    majordomo: {
      target: response.target,
      ...(response.model === undefined ? {} : { model: response.model }),
      attempts: response.attempts.map(toJsonAttempt),
      warnings: response.warnings.map(toJsonWarning),
      ...(nanoUsd === undefined ? {} : { cost: { nanoUsd: String(nanoUsd) } }),
    },
  };
}

const toJsonAttempt = ({ target, outcome, ms, error }: Attempt): JSONObject => ({
  target,
  outcome,
  ms,
  ...(error === undefined ? {} : { kind: error.kind }),
  ...(error?.details.status === undefined ? {} : { status: error.details.status }),
});

const toJsonWarning = ({ action, what, why }: Warning): JSONObject => ({ action, what, why });

/** Returns the cost, or `undefined` if `cost` throws or takes longer than `COST_TIMEOUT_MS`. */
async function costOf(
  response: ChatResponse,
  cost: NonNullable<BridgeOptions['cost']>,
): Promise<bigint | undefined> {
  try {
    const computed = await withTimeout(Promise.resolve(cost(response)), COST_TIMEOUT_MS, systemClock);
    const nanoUsd: unknown = computed.nanoUsd;
    return typeof nanoUsd === 'bigint' ? nanoUsd : undefined;
  } catch {
    return undefined;
  }
}
