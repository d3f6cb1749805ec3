import { asRecord } from '@majordomo/core/toolkit';
import type { Answer, Failure } from '@majordomo/testing/internal';
import type { Exchange } from '../server/exchange.ts';
import type { Script } from '../server/server.ts';
import { messagesBlocks, openaiBlocks } from './blocks.ts';
import { type CachedInput, PrefixTrie } from './prefix-trie.ts';

/** Prices in micro-USD per million tokens, as in `@majordomo/catalog`. */
export interface PromptCacheRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Price of cache writes with a lifetime of at least one hour. `@default` the price of `cacheWrite` */
  readonly cacheWriteLong?: number | undefined;
}

/** Options of `promptCacheScript`. */
export interface PromptCacheScriptOptions {
  /**
   * Vendor whose caching rules apply. `anthropic`: `cache_control` marks, a look-back of 20 blocks, lifetimes of 5 minutes and an
   * hour. `openai`: `prompt_cache_options` and breakpoints, an unlimited look-back, lifetimes of 30 minutes and 12 hours, and one
   * cache per `prompt_cache_key`.
   */
  readonly vendor: 'anthropic' | 'openai';
  /** Prices for the bill. */
  readonly rates: PromptCacheRates;
  /** Function that returns the current time in milliseconds, for example the time of a fake clock. */
  readonly now: () => number;
  /** Minimum length of a cached prefix, in tokens of four characters. `@default 1024` */
  readonly minTokens?: number | undefined;
  /** Function that returns the response to a request. The script replaces its usage, except `output`. */
  readonly answer: (exchange: Exchange, n: number) => Answer | Failure;
}

/** Totals of the successful requests: their number, tokens and cost. */
export interface PromptCacheBill {
  readonly requests: number;
  readonly input: number;
  readonly read: number;
  readonly written: number;
  readonly output: number;
  /** Total cost in pico-USD (1 USD = 10¹² pico-USD). */
  readonly picoUsd: bigint;
}

/** Script that reports the usage of a simulated prompt cache, with its bill. */
export interface PromptCacheScript {
  readonly script: Script;
  /** Bill of the requests so far. */
  readonly bill: PromptCacheBill;
}

const LOOK_BACK = { anthropic: 20, openai: Infinity } as const;
const DEFAULT_MIN_TOKENS = 1024;
/** Output tokens of an answer that specifies none. */
const DEFAULT_OUTPUT = 5;
/** Minimum lifetime of a cache entry that has the price `cacheWriteLong`, in milliseconds. */
const LONG_MS = 3_600_000;
const EMPTY: PromptCacheBill = { requests: 0, input: 0, read: 0, written: 0, output: 0, picoUsd: 0n };

/**
 * Returns a script for `startWireServer`. The script determines the cached input of each request with a trie of cached
 * prefixes, by the vendor's rules, and adds the request's tokens and cost to the bill.
 */
export function promptCacheScript(options: PromptCacheScriptOptions): PromptCacheScript {
  const { vendor, rates, now, minTokens = DEFAULT_MIN_TOKENS, answer } = options;
  const tries = new Map<unknown, PrefixTrie>();
  const trieOf = (key: unknown): PrefixTrie => {
    const trie = tries.get(key) ?? new PrefixTrie({ minTokens, lookBack: LOOK_BACK[vendor] });
    tries.set(key, trie);
    return trie;
  };
  let bill = EMPTY;
  return {
    get bill() {
      return bill;
    },
    script(exchange, n) {
      const step = answer(exchange, n);
      if ('failure' in step) return step;
      const body = asRecord(exchange.body);
      const blocks = vendor === 'anthropic' ? messagesBlocks(body) : openaiBlocks(body);
      const cached = trieOf(body['prompt_cache_key']).request(blocks, now());
      const output = (step.usage === false ? undefined : step.usage?.output) ?? DEFAULT_OUTPUT;
      bill = addTo(bill, cached, output, rates);
      return { ...step, usage: usageOf(cached, output) };
    },
  };
}

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

const longOf = ({ written }: CachedInput): number =>
  sumOf([...written].map(([ms, tokens]) => (ms >= LONG_MS ? tokens : 0)));

function usageOf(cached: CachedInput, output: number): Answer['usage'] {
  return {
    input: cached.input,
    output,
    cacheRead: cached.read,
    cacheWrite: sumOf(cached.written.values()),
    details: { cacheWriteLong: longOf(cached) },
  };
}

function addTo(
  bill: PromptCacheBill,
  cached: CachedInput,
  output: number,
  rates: PromptCacheRates,
): PromptCacheBill {
  const { input, read } = cached;
  const written = sumOf(cached.written.values());
  const long = longOf(cached);
  // Micro-USD per million tokens equal pico-USD per token.
  const pico =
    (input - read - written) * rates.input +
    read * rates.cacheRead +
    (written - long) * rates.cacheWrite +
    long * (rates.cacheWriteLong ?? rates.cacheWrite) +
    output * rates.output;
  return {
    requests: bill.requests + 1,
    input: bill.input + input,
    read: bill.read + read,
    written: bill.written + written,
    output: bill.output + output,
    picoUsd: bill.picoUsd + BigInt(pico),
  };
}
