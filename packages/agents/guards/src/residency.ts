import type { AttemptInfo, CallInfo, DataHandling, Gate } from '@majordomo/core';
import { asRecord, type KindsOf, list, number, sizedText } from '@majordomo/core/toolkit';
import { checkPolicy as checkNames } from './options.ts';

/** Data policy of a tenant. */
export interface ResidencyPolicy {
  /** Regions where a request may be processed. Each region must equal a `DataHandling.region`. At least one is required. */
  readonly allow: readonly string[];
  /** Maximum number of days for which content may be stored. 0: content must not be stored. @default no maximum */
  readonly maxRetentionDays?: number | undefined;
  /** Whether targets that may train on content are refused. @default false */
  readonly noTraining?: boolean | undefined;
}

const KINDS: KindsOf<ResidencyPolicy> = {
  allow: list(sizedText(1, 100), 1),
  maxRetentionDays: number(0),
  noTraining: 'boolean',
};

/**
 * Creates a gate that refuses a target if its declared data handling violates the policy or does not declare a property that the
 * policy limits. The gate checks every operation and every batch before a request is sent. The chain continues with the next
 * target. If no target is left, the call fails with `denied`. The declarations are not verified.
 *
 * If `policy` is a function, it returns the policy of a tenant, or `undefined` if the tenant has none. If the function throws,
 * the call fails and no other target is called. Throws `config` for an invalid policy.
 *
 * @example
 * createMajordomo({ providers, gates: [residency({ allow: ['eu', 'local'], maxRetentionDays: 30 })] });
 */
export function residency(
  policy: ResidencyPolicy | ((tenant: string | undefined, call: CallInfo) => ResidencyPolicy | undefined),
): Gate {
  const policyOf = typeof policy === 'function' ? policy : () => policy;
  if (typeof policy !== 'function') checkPolicy(policy);
  return {
    name: 'residency',
    batches: true,
    admit(attempt) {
      const current = policyOf(attempt.call.tenant, attempt.call);
      if (current === undefined) return undefined;
      if (typeof policy === 'function') checkPolicy(current);
      const problem = problemOf(current, attempt.data ?? {}) ?? extraProblem(current, attempt);
      return problem === undefined ? undefined : { deny: problem, advance: true, code: 'residency' };
    },
  };
}

function checkPolicy(policy: ResidencyPolicy): void {
  checkNames('residency', policy, KINDS, ['allow']);
}

function problemOf(
  { allow, maxRetentionDays, noTraining = false }: ResidencyPolicy,
  { region, retentionDays, trainsOn }: DataHandling,
): string | undefined {
  if (region === undefined || !allow.includes(region))
    return `${region === undefined ? 'its region is not declared' : `its region is ${region}`}; allowed: ${allow.join(', ')}`;
  if (maxRetentionDays !== undefined && (retentionDays ?? Infinity) > maxRetentionDays)
    return `${retentionDays === undefined ? 'its retention is not declared' : `it stores content for ${retentionDays} days`}; allowed: ${maxRetentionDays} days`;
  if (noTraining && trainsOn !== false)
    return trainsOn === undefined
      ? 'whether it trains on content is not declared'
      : 'it may train on content';
  return undefined;
}

/** Returns the problem of a setting in `extra` that violates the policy, or `undefined` if no setting does. */
function extraProblem(
  { allow, maxRetentionDays }: ResidencyPolicy,
  { request, payload }: AttemptInfo,
): string | undefined {
  // The `extra` of a chat contains the settings for this target. Other operations group the settings by provider or wire.
  const groups = payload === undefined ? [request.extra] : Object.values(payload.extra ?? {});
  for (const { inference_geo: place, store, background } of groups.map(asRecord)) {
    if (place !== undefined && !allow.includes(place as string))
      return `extra.inference_geo is ${typeof place === 'string' ? place : JSON.stringify(place)}; allowed: ${allow.join(', ')}`;
    if (maxRetentionDays !== undefined && (store === true || background === true))
      return `extra.${store === true ? 'store' : 'background'} stores content; allowed: ${maxRetentionDays} days`;
  }
  return undefined;
}
