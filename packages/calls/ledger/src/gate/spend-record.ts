import type { CacheEffect } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import type { SpendRecord } from '../contract/record.ts';
import { scalarText } from '../limits/limit-counters.ts';
import { capAmount } from '../limits/money.ts';
import type { BookedCost } from './usage.ts';

/** Returns the record of an attempt. */
export function recordOf(
  attempt: Pick<AttemptInfo, 'call' | 'target' | 'vendor' | 'model' | 'name'> & {
    readonly operation?: string | undefined;
  },
  outcome: Pick<Attempt, 'outcome' | 'ms'>,
  usage: Usage | undefined,
  cost: BookedCost,
  about: {
    readonly id: string;
    /** End of the attempt as an ISO date in UTC. */
    readonly at: string;
    readonly tags: readonly string[];
    readonly catalog: string;
    readonly effect: CacheEffect | undefined;
    /** Number of requests of long work. @default 1 */
    readonly requests?: number | undefined;
  },
): SpendRecord {
  const { call, target, vendor, model, name, operation = 'chat' } = attempt;
  return {
    id: about.id,
    at: about.at,
    call: call.id,
    operation,
    target,
    vendor,
    model,
    name,
    tenant: call.tenant,
    tags: tagsOf(call.metadata, about.tags),
    outcome: outcome.outcome,
    ms: outcome.ms,
    ...(about.requests !== undefined && about.requests !== 1 && { requests: about.requests }),
    usage,
    nanoUsd: cost.nanoUsd === undefined ? undefined : `${capAmount(cost.nanoUsd)}`,
    basis: cost.basis,
    ...(about.effect && {
      cacheSavedNanoUsd: `${capAmount(about.effect.savedNanoUsd)}`,
      cacheExtraNanoUsd: `${capAmount(about.effect.extraNanoUsd)}`,
    }),
    missing: cost.missing,
    catalog: about.catalog,
  };
}

function tagsOf(
  metadata: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  const found = keys.map((key) => [key, scalarText(metadata[key])] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
