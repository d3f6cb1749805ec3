import { costOf, priceAt, type Catalog } from '@majordomo/catalog';
import type { CallInfo, ChatRequest, ResolvedTarget } from '@majordomo/core';
import type { Conversation, Holder } from './holders.ts';
import { estimateTokens, type Prefix } from './prefix.ts';

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
   * does not cost more. `dearer`: `target` saves less. `expired`: the lifetime of the entry has ended, or the conversation no
   * longer begins with the prefix. `too-long`: the conversation has been away from the first healthy target for `maxStayMs`, or
   * for 6 times as long if the last attempt at `first` failed. `no-price`: the price of one of the two targets is unknown.
   */
  readonly why: 'cheaper' | 'expired' | 'dearer' | 'too-long' | 'no-price';
  /** Expected cost at `first` minus expected cost at `target`, in nano-USD; `undefined` without prices or a valid entry. */
  readonly expectedSavedNanoUsd: bigint | undefined;
}

/** Limits of a decision. */
export interface DecisionRules {
  readonly catalog: Catalog;
  readonly maxStayMs: number;
  readonly minSaving: number;
}

/** Input of a decision about one call. */
export interface DecisionFacts {
  readonly call: CallInfo;
  readonly request: ChatRequest;
  readonly prefix: Prefix;
  readonly targets: readonly ResolvedTarget[];
  readonly conversation: Conversation;
  /** Current time in epoch milliseconds. */
  readonly now: number;
}

/** Factor of `maxStayMs` for a target whose last attempt failed. */
const FAILING_FACTOR = 6;

const isHealthy = ({ health }: ResolvedTarget): boolean => health === undefined || health.state === 'healthy';

/** Returns the decision; `undefined` if no healthy target has cached a longer prefix than the first healthy target. */
export async function decide(
  facts: DecisionFacts,
  { catalog, maxStayMs, minSaving }: DecisionRules,
): Promise<CacheDecision | undefined> {
  const { call, prefix, targets, conversation, now } = facts;
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
  const costAt = async (target: ResolvedTarget): Promise<bigint | undefined> =>
    expectedCost(target, facts, matching.at(-1), heldAt(target.target), catalog);
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

/** Returns the expected cost of a call at a target in nano-USD, assuming the output length of the previous response. */
async function expectedCost(
  { vendor, model, billing }: ResolvedTarget,
  { request: { cache, messages }, now }: DecisionFacts,
  last: Holder | undefined,
  held: number,
  catalog: Catalog,
): Promise<bigint | undefined> {
  const found = vendor === undefined ? undefined : await catalog.find(vendor, model);
  const price = found && priceAt(found.model, new Date(now));
  const input = (last?.input ?? 0) + estimateTokens(messages.slice(last?.count ?? 0));
  const cacheRead = Math.min(held, input);
  const writes = price?.rates.cacheWrite !== undefined && cache !== undefined && cache !== 'none';
  const cacheWrite = writes ? input - cacheRead : 0;
  const usage = { input, output: last?.output ?? 0, cacheRead, cacheWrite, reasoning: undefined };
  return costOf(usage, price, { billing }).nanoUsd;
}
