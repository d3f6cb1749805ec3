import type { CacheLifetime, ModelCache, Warning } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { unsentCacheWarnings } from '@majordomo/wire-kit';
import { cacheLifetime } from '@majordomo/wire-kit/internal';
import type { WireQuirks } from './quirks.ts';

type CacheQuirks = Pick<WireQuirks, 'cacheRequest' | 'cacheTtls' | 'cacheKey'>;

/** Mark at the end of a cached prefix (`PromptCacheBreakpoint`, openai 7.55). Without `ttl`, the `ttl` of the request applies. */
interface Breakpoint {
  readonly mode: 'explicit';
  readonly ttl?: CacheTtl;
}

type CacheTtl = WireQuirks['cacheTtls'][number];

/** Cache setting of a request in the form of the vendor's API. */
export interface WireCache {
  /** Properties that are added to the body. */
  readonly params: object;
  /** Headers of the request, for servers that expect the routing key in a header. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Breakpoint after the system text, if one is requested. */
  readonly afterSystem: Breakpoint | undefined;
  /** Breakpoint after the first `ModelCache.after` messages, if one is requested. */
  readonly afterLeading: Breakpoint | undefined;
}

const NOTHING: WireCache = {
  params: {},
  headers: undefined,
  afterSystem: undefined,
  afterLeading: undefined,
};

/** Converts the cache setting of a request. If the request has no cache setting, the server's default applies. */
export function cacheToWire(
  cache: ModelCache | undefined,
  quirks: CacheQuirks,
  warnings: Warning[],
): WireCache {
  if (cache === undefined) return NOTHING;
  const key = keyToWire(cache, quirks);
  switch (quirks.cacheRequest) {
    case 'prompt_cache_options':
      return optionsToWire(cache, quirks, key, warnings);
    case 'prompt_cache_retention':
      if (cacheLifetime(cache) !== 'long') break;
      return { ...key, params: { prompt_cache_retention: '24h', ...key.params } };
    case 'none':
      break;
    default:
      return quirks.cacheRequest satisfies never;
  }
  warnings.push(...unsentCacheWarnings({ cache }, 'the server controls its prompt cache'));
  return key;
}

function keyToWire(cache: ModelCache, { cacheKey }: CacheQuirks): WireCache {
  if (cacheKey === 'none' || cacheLifetime(cache) === 'none') return NOTHING;
  return cacheKey === 'prompt_cache_key'
    ? { ...NOTHING, params: { prompt_cache_key: cache.key } }
    : { ...NOTHING, headers: { [cacheKey.header]: cache.key } };
}

/**
 * Returns the cache options. `prefix` is the lifetime of the tools, the system text and the first `after` messages. `messages`
 * is the lifetime of the other messages. It is `none` if no later request continues them. In mode `implicit` (conversations),
 * the vendor sets a breakpoint at the end of the input. In mode `explicit`, the vendor caches only the prefixes that end with a
 * breakpoint of the request.
 */
function optionsToWire(
  { prefix, messages, after }: ModelCache,
  { cacheTtls }: CacheQuirks,
  key: WireCache,
  warnings: Warning[],
): WireCache {
  const isConversation = messages !== 'none';
  const lifetime = isConversation ? messages : prefix;
  // In mode `explicit` without a breakpoint, the vendor caches nothing.
  if (lifetime === 'none')
    return { ...key, params: { prompt_cache_options: { mode: 'explicit' }, ...key.params } };
  const isLong = prefix === 'long' || messages === 'long';
  if (isLong && !cacheTtls.includes('12h')) warnings.push(SHORTENED);
  const ttl = ttlOf(lifetime, cacheTtls);
  const mode = isConversation ? 'implicit' : 'explicit';
  const prefixTtl = ttlOf(prefix, cacheTtls);
  const breakpoint: Breakpoint = { mode: 'explicit', ...(prefixTtl !== ttl && { ttl: prefixTtl }) };
  return {
    ...key,
    params: { prompt_cache_options: { mode, ttl }, ...key.params },
    // In mode `implicit`, the system text precedes the vendor's breakpoint, so it needs no other one.
    afterSystem: isConversation ? undefined : breakpoint,
    afterLeading: after > 0 && prefix !== 'none' ? breakpoint : undefined,
  };
}

const ttlOf = (lifetime: CacheLifetime, ttls: readonly CacheTtl[]): CacheTtl =>
  lifetime === 'long' && ttls.includes('12h') ? '12h' : '30m';

const SHORTENED: Warning = {
  action: 'coerced',
  what: 'cache "long"',
  why: 'this API caches prompts for at most 30 minutes',
};

/** Message of Chat Completions or Responses. */
interface WithContent {
  readonly [member: string]: unknown;
}

/**
 * Adds a breakpoint to the last of the first `count` messages that has content and is not an assistant message. Replaces this
 * message with a copy, because later requests reuse the original.
 *
 * @param textType type of the text part to create if the content is a string
 */
export function addBreakpoint<Message extends WithContent>(
  messages: Message[],
  count: number,
  breakpoint: Breakpoint | undefined,
  textType: 'text' | 'input_text',
): void {
  if (breakpoint === undefined) return;
  for (let at = Math.min(count, messages.length) - 1; at >= 0; at--) {
    const message = messages[at];
    const content = message && markedContent(message['content'], breakpoint, textType);
    if (message === undefined || content === undefined || message['role'] === 'assistant') continue;
    messages[at] = { ...message, content };
    return;
  }
}

function markedContent(
  content: unknown,
  breakpoint: Breakpoint,
  textType: string,
): readonly unknown[] | undefined {
  const mark = { prompt_cache_breakpoint: breakpoint };
  if (typeof content === 'string') return [{ type: textType, text: content, ...mark }];
  if (!Array.isArray(content)) return undefined;
  const last: unknown = content.at(-1);
  return isRecord(last) ? [...(content.slice(0, -1) as unknown[]), { ...last, ...mark }] : undefined;
}
