import type { ModelRequest, ServiceTier, Warning } from '@majordomo/core';
import { definedMembers } from '@majordomo/wire-kit';
import type { WireQuirks } from './quirks.ts';
import type { OriginalSchemas } from './schema/strict-tools.ts';

/** The body of a request. */
export interface WireParams {
  readonly model: string;
  readonly [member: string]: unknown;
}

/** Parts of a conversion that are neither in the request nor in the quirks. */
export interface ToWireOptions {
  /** Whether a stream is requested. */
  readonly stream: boolean;
  /** Replay family of the model. Without it no reasoning is sent back. */
  readonly family?: string | undefined;
}

/** A converted request. */
export interface WireRequest {
  readonly params: WireParams;
  /** Headers of this request. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Parts that were dropped, coerced or emulated. */
  readonly warnings: readonly Warning[];
  /** Schemas by which the reader removes nulls from the response. */
  readonly originals: OriginalSchemas | undefined;
}

/** Merges constant members of a profile and `extra` of the caller into a body. A member of `undefined` is not sent. */
export function mergeParams(
  model: string,
  params: Readonly<Record<string, unknown>>,
  { extraBody }: Pick<WireQuirks, 'extraBody'>,
  extra: ModelRequest['extra'],
): WireParams {
  return { model, ...definedMembers({ model, ...params, ...extraBody, ...extra }) };
}

export const joinSystem = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join('\n\n');

/** Returns the value for the service tier. */
export function tierToWire(
  tier: ServiceTier | undefined,
  tiers: WireQuirks['serviceTiers'],
  warnings: Warning[],
): string | undefined {
  if (tier === undefined) return undefined;
  if (tiers !== 'none') return tiers[tier];
  warnings.push({
    action: 'dropped',
    what: `serviceTier "${tier}"`,
    why: 'the server has no tiers of service',
  });
  return undefined;
}

/** Returns the warning about a member that the model rejects. */
export const rejectedWarning = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this model does not accept it',
});
