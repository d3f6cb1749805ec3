import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import type { SpendRecord } from '../contract/record.ts';
import { scalarText } from '../limits/limit-counters.ts';
import { MAX_AMOUNT } from '../limits/money.ts';
import { hasOutput, type BookedCost } from './usage.ts';

/** Returns the record of an attempt. */
export function recordOf(
  attempt: AttemptInfo,
  outcome: Attempt,
  usage: Usage | undefined,
  cost: BookedCost,
  about: {
    readonly id: string;
    /** ISO date in UTC. */
    readonly at: string;
    readonly tags: readonly string[];
    readonly catalog: string;
  },
): SpendRecord {
  const { call, target, vendor, model, name, operation = 'chat' } = attempt;
  // Limits count the claim in this case.
  const isAssumed = usage === undefined && cost.basis === 'unknown' && hasOutput(outcome);
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
    usage,
    nanoUsd: cost.nanoUsd === undefined ? undefined : `${capped(cost.nanoUsd)}`,
    basis: cost.basis,
    missing: isAssumed ? [...cost.missing, 'limits count the whole claim'] : cost.missing,
    catalog: about.catalog,
  };
}

/** Caps the price that a vendor reports at the maximum that a store can hold. */
const capped = (nanoUsd: bigint): bigint => (nanoUsd > MAX_AMOUNT ? MAX_AMOUNT : nanoUsd);

/** Shared object, since a store in memory keeps up to 110,000 records. */
const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

function tagsOf(
  metadata: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  if (keys.length === 0) return NO_TAGS;
  const found = keys.map((key) => [key, scalarText(metadata[key])] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
