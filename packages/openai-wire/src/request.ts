import type { ModelRequest, ServiceTier, Warning } from '@majordomo/core';
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
  const all: Readonly<Record<string, unknown>> = { model, ...params, ...extraBody, ...extra };
  const members = Object.entries(all);
  return { model, ...Object.fromEntries(members.filter(([, value]) => value !== undefined)) };
}

export const joinSystem = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join('\n\n');

/** Returns the members for the service tier and the prompt cache. */
export function serviceToWire(
  { serviceTier, cache }: ModelRequest,
  quirks: Pick<WireQuirks, 'serviceTiers' | 'cacheRequest' | 'cacheTtl'>,
  warnings: Warning[],
): object {
  const tier = tierToWire(serviceTier, quirks.serviceTiers, warnings);
  return {
    ...(tier !== undefined && { service_tier: tier }),
    ...(cache !== undefined && cache !== 'short' && cacheToWire(cache, quirks, warnings)),
  };
}

function tierToWire(
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

function cacheToWire(
  cache: 'none' | 'long',
  { cacheRequest, cacheTtl }: Pick<WireQuirks, 'cacheRequest' | 'cacheTtl'>,
  warnings: Warning[],
): object | undefined {
  if (cacheRequest === 'prompt_cache_options') {
    // Without a breakpoint, `explicit` means that nothing is cached.
    if (cache === 'none') return { prompt_cache_options: { mode: 'explicit' } };
    if (cacheTtl === '30m')
      warnings.push({
        action: 'coerced',
        what: 'cache "long"',
        why: 'prompts are cached for at most 30 minutes on this wire',
      });
    return { prompt_cache_options: { mode: 'implicit', ttl: cacheTtl } };
  }
  if (cache === 'long' && cacheRequest === 'prompt_cache_retention') return { prompt_cache_retention: '24h' };
  warnings.push({
    action: 'dropped',
    what: `cache "${cache}"`,
    why: 'the server decides about its prompt cache',
  });
  return undefined;
}

/** Returns the warning about a member that the model rejects. */
export const rejectedWarning = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this model does not accept it',
});
