import type { CacheLifetime, Effort, ModelCache, ModelRequest, Warning } from '@majordomo/core';
import { EFFORTS, type OptionalSetting } from '@majordomo/core/toolkit';

/**
 * Returns the requested effort if it is supported. Otherwise, returns the next stronger supported effort or, if none is stronger,
 * the strongest. Returns `max` only if it was requested, and `undefined` if no other effort is supported. Adds a warning if the
 * result differs from the request.
 */
export function nearestEffort<Known extends Effort>(
  requested: Effort,
  supported: readonly Known[],
  warnings: Warning[],
): Known | undefined {
  const allowed = requested === 'max' ? supported : supported.filter((effort) => effort !== 'max');
  const efforts = allowed.toSorted((a, b) => strength(a) - strength(b));
  const found = efforts.find((effort) => strength(effort) >= strength(requested)) ?? efforts.at(-1);
  if (found === requested) return found;
  if (found === undefined) {
    const accepted = supported.length === 0 ? 'no effort' : `only ${supported.join(', ')}`;
    warnings.push({
      action: 'dropped',
      what: `reasoning "${requested}"`,
      why: `this model accepts ${accepted}`,
    });
    return undefined;
  }
  const why = `this model accepts ${efforts.join(', ')}`;
  warnings.push({ action: 'coerced', what: `reasoning "${requested}" to ${found}`, why });
  return found;
}

const strength = (effort: Effort): number => EFFORTS.indexOf(effort);

/** Returns a warning for each setting of the request that the wire format does not support. */
export const unsentSettingWarnings = (
  request: ModelRequest,
  names: readonly OptionalSetting[],
  why = 'this wire has none',
): readonly Warning[] =>
  names
    .filter((name) => request[name] !== undefined)
    .map((what): Warning => ({ action: 'dropped', what, why }));

/** Returns the longest cache lifetime that a request specifies; `undefined` if the request has no cache setting. */
export function cacheLifetime(cache: ModelCache | undefined): CacheLifetime | undefined {
  if (cache === undefined) return undefined;
  const { prefix, messages } = cache;
  if (prefix === 'long' || messages === 'long') return 'long';
  return prefix === 'none' && messages === 'none' ? 'none' : 'short';
}

/** Returns a warning if the cache lifetime is `none` or `long`, because servers that cache automatically ignore the lifetime. */
export function unsentCacheWarnings({ cache }: Pick<ModelRequest, 'cache'>, why: string): readonly Warning[] {
  const lifetime = cacheLifetime(cache);
  if (lifetime === undefined || lifetime === 'short') return [];
  return [{ action: 'dropped', what: `cache "${lifetime}"`, why }];
}
