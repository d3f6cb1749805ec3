import type { ModelRequest, ServiceTier, Warning } from '@majordomo/core';
import { definedMembers } from '@majordomo/wire-kit/internal';
import type { WireQuirks } from './quirks.ts';
import type { OriginalSchemas } from './schema/strict-tools.ts';

/** Body of a Chat Completions or Responses request. */
export interface WireParams {
  readonly model: string;
  readonly [member: string]: unknown;
}

/** Options of the conversion of a request. */
export interface ToWireOptions {
  /** Whether a streamed response is requested. */
  readonly stream: boolean;
  /** Id of the group of models that can read each other's reasoning. If it is absent, no reasoning is sent back. */
  readonly family?: string | undefined;
}

export interface WireRequest {
  readonly params: WireParams;
  /** Additional headers of the request. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Warnings about parts of the request that were dropped, coerced or emulated. */
  readonly warnings: readonly Warning[];
  /** Caller's schemas, with which the reader removes nulls that represent absent properties. */
  readonly originals: OriginalSchemas | undefined;
  /** Names of the properties that receive the texts of tools without JSON arguments, by tool. */
  readonly customInputs?: ReadonlyMap<string, string> | undefined;
}

/** Merges the profile's `extraBody` and the caller's `extra` into a body. A property with the value `undefined` is not sent. */
export function mergeParams(
  model: string,
  params: Readonly<Record<string, unknown>>,
  { extraBody }: Pick<WireQuirks, 'extraBody'>,
  extra: ModelRequest['extra'],
): WireParams {
  return { model, ...definedMembers({ ...params, ...extraBody, ...extra }) };
}

export const joinSystem = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join('\n\n');

/** Returns the server's name for the service tier, or `undefined` with a warning if the server has no tiers. */
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
    why: 'the server has no service tiers',
  });
  return undefined;
}

/** Returns a setting of the request, or `undefined` with a warning if the model does not accept it. */
export function acceptedSetting(
  request: ModelRequest,
  name: 'verbosity' | 'endUser',
  quirks: WireQuirks,
  warnings: Warning[],
): string | undefined {
  if (request[name] === undefined || quirks[name]) return request[name];
  warnings.push(rejectedWarning(name));
  return undefined;
}

/** Returns the warning about a property that the model rejects. */
export const rejectedWarning = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this model does not accept it',
});
