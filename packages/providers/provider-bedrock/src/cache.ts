import type {
  CachePointBlock,
  ContentBlock,
  SystemContentBlock,
  Tool,
} from '@aws-sdk/client-bedrock-runtime';
import { cachePoints, endOf } from '@majordomo/claude';
import type { ModelCache, ModelRequest, Warning } from '@majordomo/core';
import { cacheLifetime } from '@majordomo/wire-kit/internal';
import { isThinking } from './blocks.ts';
import { convertTurns, type WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';

/** Parts of the request that accept cache points. */
interface MarkedParts {
  readonly tools: Tool[] | undefined;
  readonly system: SystemContentBlock[];
  readonly messages: readonly WireMessage[];
}

/** Adds cache points after the blocks at which the request caches the prompt. */
export function markCache(
  { cache, messages: turns }: ModelRequest,
  quirks: Quirks,
  family: string,
  { tools, system, messages }: MarkedParts,
  warnings: Warning[],
): void {
  const accepted = cache && acceptedCache(cache, quirks, warnings);
  if (accepted === undefined) return;
  const { after } = accepted;
  // Convert the first turns again to find the block at which they end. Their warnings have been added before.
  const leading = after === 0 ? [] : convertTurns(turns.slice(0, after), quirks, family, []);
  const points = cachePoints(accepted, {
    hasTools: quirks.cachePoints === 'all' && tools !== undefined && tools.length > 0,
    hasSystem: system.length > 0,
    messages,
    leadingEnd: endOf(leading),
    isMarkable,
  });
  // Insert from the end, so that the positions of earlier blocks stay valid.
  for (const { after: place, lifetime } of points.toReversed()) {
    const cachePoint: CachePointBlock = { type: 'default', ...(lifetime === 'long' && { ttl: '1h' }) };
    if (place === 'tools') tools?.push({ cachePoint });
    else if (place === 'system') system.push({ cachePoint });
    else messages[place.message]?.content.splice(place.block + 1, 0, { cachePoint });
  }
}

/** Returns the cache setting with lifetimes that the model accepts; `undefined` if no cache point is sent. */
function acceptedCache(
  cache: ModelCache,
  { cachePoints, longCache }: Quirks,
  warnings: Warning[],
): ModelCache | undefined {
  const lifetime = cacheLifetime(cache);
  if (lifetime === 'none') return undefined;
  if (cachePoints === 'none') {
    warnings.push({ action: 'dropped', what: 'cache', why: 'this model does not accept cache points' });
    return undefined;
  }
  if (lifetime === 'short' || longCache) return cache;
  const why = 'this model does not support the long lifetime';
  warnings.push({ action: 'coerced', what: 'cache to short', why });
  const short = (each: ModelCache['prefix']): ModelCache['prefix'] => (each === 'long' ? 'short' : each);
  return { ...cache, prefix: short(cache.prefix), messages: short(cache.messages) };
}

/**
 * Whether a cache point may follow the block. A point must not follow thinking. If it follows a document other than a PDF, the
 * API creates a block that the model rejects ("content.3.type: Field required"; strands-agents/harness-sdk#1966, 2026-03).
 */
const isMarkable = (block: ContentBlock): boolean =>
  !isThinking(block) && (block.document === undefined || block.document.format === 'pdf');
