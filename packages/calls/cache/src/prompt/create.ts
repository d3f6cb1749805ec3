import { catalog as shipped, type Catalog } from '@majordomo/catalog';
import {
  LlmError,
  systemClock,
  type CallEvent,
  type CallInfo,
  type ChatRequest,
  type Clock,
  type TargetOrder,
  type Usage,
} from '@majordomo/core';
import { atLeast, checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import type { RecordStore } from '@majordomo/records';
import { decide, type CacheDecision } from './decide.ts';
import { Conversations, type Holder } from './holders.ts';
import { prefixOf, type Prefix } from './prefix.ts';

/** Options of `createPromptCache`. */
export interface PromptCacheOptions {
  /**
   * Catalog with the prices of models.
   *
   * @default the snapshot of `@majordomo/catalog`
   */
  readonly catalog?: Catalog | undefined;
  /**
   * Store that shares the state of conversations between processes, such as `records` of `@majordomo/store-redis`. The store
   * receives no text, only hashes, counts and times. If the store fails or exceeds `storeTimeoutMs`, the order of the chain does not
   * change.
   * @default the memory of this process
   */
  readonly records?: RecordStore | undefined;
  /**
   * Maximum time to wait for the store before a call, in milliseconds.
   *
   * @default 50
   */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * Maximum time for which another target replaces the first healthy target of a conversation's chain, in milliseconds. After
   * this time, the conversation returns to the first healthy target. With 0, the conversation returns at its second call. If the
   * last attempt at the first healthy target failed, in any conversation, the maximum is 6 times as long.
   * @default 1_800_000
   */
  readonly maxStayMs?: number | undefined;
  /**
   * Minimum saving for which another target is tried first, as a share of the expected cost at the first healthy target, from 0
   * to 1. If the last attempt at the first healthy target failed, the minimum is 0.
   *
   * @default 0.1
   */
  readonly minSaving?: number | undefined;
  /** Listener for each decision about a conversation whose prefix is cached by a target other than the first healthy one. */
  readonly onDecision?: ((decision: CacheDecision) => void) | undefined;
  /**
   * Clock for the lifetimes of entries, `maxStayMs` and `storeTimeoutMs`.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

/** Order function and event listener. Pass both to the same majordomo. */
export interface PromptCache {
  /** Function for `chain.order` of a majordomo or of one call. */
  readonly order: TargetOrder;
  /** Listener for `onEvent`. Determines from the usage of each attempt which prefix the vendor of the target has cached. */
  readonly onEvent: (event: CallEvent) => void;
}

const KINDS: KindsOf<PromptCacheOptions> = {
  catalog: 'object with find',
  records: 'object with write',
  storeTimeoutMs: atLeast(0),
  maxStayMs: atLeast(0),
  minSaving: atLeast(0),
  onDecision: 'function',
  clock: 'object with now',
};

/** Lifetimes of cache entries by vendor, in milliseconds. */
const DEFAULT_LIFETIMES = { short: 300_000, long: 3_600_000 };
const OPENAI_LIFETIMES = { short: 1_800_000, long: 43_200_000 };
const LIFETIMES = new Map([
  ['openai', OPENAI_LIFETIMES],
  ['azure', OPENAI_LIFETIMES],
]);
/** Maximum number of conversations in memory. Beyond it, the least recently used conversation is removed. */
const MAX_CONVERSATIONS = 10_000;
/** Maximum number of targets whose cached prefixes are stored per conversation. */
const MAX_HOLDERS = 8;

/**
 * Creates an order function and an event listener. If a vendor has cached a conversation's prefix, the order function puts its
 * target first, as long as this target is cheaper than the first healthy target. Throws `config` for invalid options.
 *
 * @example
 * const prompts = createPromptCache();
 * const majordomo = createMajordomo({ providers, chain: { order: prompts.order }, onEvent: prompts.onEvent });
 */
export function createPromptCache(options: PromptCacheOptions = {}): PromptCache {
  checkOptions('createPromptCache', options, KINDS);
  if ((options.minSaving ?? 0) > 1)
    throw new LlmError('config', 'createPromptCache: minSaving must be a number from 0 to 1', {
      path: 'minSaving',
    });
  const { catalog = shipped, clock = systemClock, onDecision, records } = options;
  const { storeTimeoutMs = 50 } = options;
  const { maxStayMs = 1_800_000, minSaving = 0.1 } = options;
  const conversations = new Conversations({
    records,
    storeTimeoutMs,
    maxConversations: MAX_CONVERSATIONS,
    clock,
  });
  const calls = new WeakMap<CallInfo, { readonly prefix: Prefix; readonly request: ChatRequest }>();

  return {
    async order(targets, { call, request, signal }) {
      const prefix = prefixOf(request, call.tenant);
      if (prefix === undefined) return undefined;
      calls.set(call, { prefix, request });
      const conversation = await conversations.read(prefix.conversation, signal);
      if (conversation === undefined || conversation.holders.length === 0) return undefined;
      const now = clock.now();
      const rules = { catalog, maxStayMs, minSaving };
      const decision = await decide({ call, request, prefix, targets, conversation, now, ...rules });
      // The conversation is away while it stays at another target than the first healthy one, for at most `maxStayMs`.
      const isAway = decision?.type === 'stay';
      if (isAway !== (conversation.awaySince !== undefined)) {
        const { awaySince: _, ...rest } = conversation;
        conversations.write(prefix.conversation, isAway ? { ...rest, awaySince: now } : rest);
      }
      if (decision !== undefined) notify(onDecision, decision);
      return isAway ? [decision.target] : undefined;
    },

    onEvent(event) {
      if (event.type !== 'attempt-end') return;
      const known = calls.get(event.call);
      const { target, usage, vendor = '', ms } = event.result;
      if (known === undefined || usage?.input === undefined) return;
      const { prefix, request } = known;
      const lifetime = (LIFETIMES.get(vendor) ?? DEFAULT_LIFETIMES)[isLong(request) ? 'long' : 'short'];
      const holder: Holder = {
        target,
        count: request.messages.length,
        hash: prefix.hashOf(request.messages.length) ?? '',
        held: heldTokens(usage),
        input: usage.input,
        output: usage.output ?? 0,
        // Use the start time of the attempt, because vendors read and write their cache at the start.
        until: clock.now() - ms + lifetime,
      };
      // `order` has read the conversation of this call into memory. If the store failed,
      // the last state that this process knows is used.
      const conversation = conversations.get(prefix.conversation);
      const others = conversation.holders.filter((other) => other.target !== target);
      const holders = [...others, holder].slice(-MAX_HOLDERS);
      conversations.write(prefix.conversation, { ...conversation, holders });
    },
  };
}

/** Returns the number of tokens in the vendor's cache after a call. If the vendor reports only reads, returns all input. */
function heldTokens({ input = 0, cacheRead = 0, cacheWrite }: Usage): number {
  const reportsOnlyReads = cacheRead > 0 && cacheWrite === undefined;
  return reportsOnlyReads ? input : cacheRead + (cacheWrite ?? 0);
}

/** Whether the cached messages, or the cached prefix if no messages are cached, have the long lifetime. */
function isLong({ cache }: ChatRequest): boolean {
  if (typeof cache !== 'object') return cache === 'long';
  return cache.messages === 'none' ? cache.prefix === 'long' : cache.messages === 'long';
}
