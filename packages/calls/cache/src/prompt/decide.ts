import { costOf, priceAt, type Catalog } from '@majordomo/catalog';
import { estimateMessage } from '@majordomo/catalog/tokens';
import type { CallInfo, ChatRequest, Message, ResolvedTarget } from '@majordomo/core';
import type { Conversation, Holder } from './holders.ts';
import type { Prefix } from './prefix.ts';

/** Decision about one call of a conversation whose prefix is cached by a target other than the first healthy one. */
export interface CacheDecision {
  readonly call: CallInfo;
  /** `stay` puts the target with the cached prefix first. `return` leaves the first healthy target first. */
  readonly type: 'stay' | 'return';
  /** Target whose vendor has the prefix in its cache. */
  readonly target: string;
  /** First healthy target of the chain. */
  readonly first: string;
  /**
   * Reason for the decision. `cheaper`: `target` saves at least `minSaving`, or the last attempt at `first` failed and `target`
   * does not cost more. `dearer`: `target` saves too little. `expired`: the lifetime of the entry has ended, or the conversation
   * no longer begins with the prefix. `too-long`: the conversation has been away from the first healthy target for `maxStayMs`,
   * or for 6 times as long if the last attempt at `first` failed. `no-price`: the price of one of the two targets is unknown.
   */
  readonly why: 'cheaper' | 'expired' | 'dearer' | 'too-long' | 'no-price';
  /** Expected cost at `first` minus expected cost at `target`, in nano-USD; `undefined` without prices or a valid entry. */
  readonly expectedSavedNanoUsd: bigint | undefined;
}

/** Facts on which the decision about one call depends. */
export interface DecisionFacts {
  readonly call: CallInfo;
  readonly request: ChatRequest;
  readonly prefix: Prefix;
  readonly targets: readonly ResolvedTarget[];
  readonly conversation: Conversation;
  /** Current time in epoch milliseconds. */
  readonly now: number;
  readonly catalog: Catalog;
  readonly maxStayMs: number;
  readonly minSaving: number;
}

/** Factor by which `maxStayMs` is multiplied if the last attempt at the first healthy target failed. */
const FAILING_FACTOR = 6;

const isHealthy = ({ health }: ResolvedTarget): boolean => health === undefined || health.state === 'healthy';

/** Returns the decision, or `undefined` if no other healthy target has, or recently had, a longer prefix in its cache. */
export async function decide(facts: DecisionFacts): Promise<CacheDecision | undefined> {
  const { call, prefix, targets, conversation, now, maxStayMs, minSaving } = facts;
  const healthy = targets.filter(isHealthy);
  const [first] = healthy;
  if (first === undefined) return undefined;
  const decision = (target: string, why: CacheDecision['why'], saved?: bigint): CacheDecision => ({
    call,
    type: why === 'cheaper' ? 'stay' : 'return',
    target,
    first: first.target,
    why,
    expectedSavedNanoUsd: saved,
  });
  const matching = conversation.holders.filter(({ count, hash }) => prefix.hashOf(count) === hash);
  const alive = matching.filter(({ until }) => until > now);
  const heldAt = (target: string): number => alive.find((holder) => holder.target === target)?.held ?? 0;
  const last = conversation.holders.at(-1);
  const isFailing = (first.health?.failures ?? 0) > 0;
  // After a compaction, tools and system text are unchanged, so the last target may still have them in its cache.
  const staysAt = isFailing && last !== undefined && last.until > now ? last.target : undefined;
  const others = healthy.slice(1);
  const holders = others.filter(({ target }) => target === staysAt || heldAt(target) > heldAt(first.target));
  if (holders.length === 0) {
    const isAway = last !== undefined && others.some(({ target }) => target === last.target);
    return isAway && heldAt(last.target) === 0 ? decision(last.target, 'expired') : undefined;
  }
  const { input, output } = expectedTokens(facts.request.messages, matching.at(-1));
  const costAt = async (target: ResolvedTarget): Promise<bigint | undefined> => {
    const cacheRead = Math.min(heldAt(target.target), input);
    return expectedCost(target, facts, { input, output, cacheRead });
  };
  const atFirst = await costAt(first);
  const costs = await Promise.all(
    holders.map(async (holder) => ({ target: holder.target, cost: await costAt(holder) })),
  );
  const best = costs.reduce((cheapest, next) => (isLower(next.cost, cheapest.cost) ? next : cheapest));
  if (atFirst === undefined || best.cost === undefined) return decision(best.target, 'no-price');
  const saved = atFirst - best.cost;
  const { awaySince = now } = conversation;
  const longestStay = isFailing ? FAILING_FACTOR * maxStayMs : maxStayMs;
  if (now - awaySince > longestStay) return decision(best.target, 'too-long', saved);
  const isCheaper = isFailing ? saved >= 0n : saved > 0n && Number(saved) >= Number(atFirst) * minSaving;
  return decision(best.target, isCheaper ? 'cheaper' : 'dearer', saved);
}

const isLower = (cost: bigint | undefined, other: bigint | undefined): boolean =>
  cost !== undefined && (other === undefined || cost < other);

/** Estimate of four characters per token, because an exact count would delay each call. */
const ESTIMATE = { count: (text: string) => Math.ceil(text.length / 4), pages: () => 1 };

/** Returns the expected numbers of tokens of a call: those of the last request, plus an estimate for the later messages. */
function expectedTokens(messages: readonly Message[], last: Holder | undefined) {
  const later = messages.slice(last?.count ?? 0);
  const input = later.reduce((sum, message) => sum + estimateMessage(message, ESTIMATE), last?.input ?? 0);
  return { input, output: last?.output ?? 0 };
}

/** Returns the expected cost of a call at a target in nano-USD. */
async function expectedCost(
  { vendor, model, billing }: ResolvedTarget,
  { request: { cache }, now, catalog }: DecisionFacts,
  tokens: { readonly input: number; readonly output: number; readonly cacheRead: number },
): Promise<bigint | undefined> {
  const found = vendor === undefined ? undefined : await catalog.find(vendor, model);
  const price = found && priceAt(found.model, new Date(now));
  const writes = price?.rates.cacheWrite !== undefined && cache !== undefined && cache !== 'none';
  const cacheWrite = writes ? tokens.input - tokens.cacheRead : 0;
  return costOf({ ...tokens, cacheWrite, reasoning: undefined }, price, { billing }).nanoUsd;
}
