import {
  catalog as shipped,
  costOf,
  noticeOf,
  priceAt,
  type Catalog,
  type CatalogMatch,
  type ModelNotice,
  type Price,
} from '@majordomo/catalog';
import {
  LlmError,
  type AttemptInfo,
  type ChatRequest,
  type Clock,
  type Majordomo,
  type Usage,
} from '@majordomo/core';
import { createLedger, type Ledger } from '@majordomo/ledger';
import { replayError } from '../experiment/definition.ts';
import type { StoredCost } from '../report/results.ts';

const BATCH = 'batch';

/** Options of the calls of an experiment. */
interface CallFacts {
  readonly tenant: string;
  readonly signal: AbortSignal;
}

/** Prices of the targets of an experiment. */
export class Prices {
  private readonly name: string;
  private readonly majordomo: Majordomo;
  private readonly catalog: Catalog;
  private readonly clock: Clock;
  /** Ledger that only estimates. It books nothing. */
  private readonly ledger: Ledger;
  private readonly known = new Map<string, Promise<Price | 'included' | undefined>>();

  constructor(
    { name, majordomo }: { readonly name: string; readonly majordomo: Majordomo },
    clock: Clock,
    catalog: Catalog = shipped,
  ) {
    this.name = name;
    this.majordomo = majordomo;
    this.catalog = catalog;
    this.clock = clock;
    this.ledger = createLedger({ catalog, clock });
  }

  /**
   * Returns the maximum cost of an answer: that of its most expensive target, in nano-USD. Rejects with `config` if it is not known,
   * because the budget could then be exceeded.
   */
  async maximum(spec: string, request: ChatRequest, { tenant, signal }: CallFacts): Promise<bigint> {
    const targets = await this.majordomo.prepare(spec, request, { tenant, signal });
    let most = 0n;
    for (const { attempt, refusal } of targets) {
      // A target that refuses the request is not called.
      const nanoUsd = refusal === undefined ? await this.attempt(attempt) : 0n;
      if (nanoUsd > most) most = nanoUsd;
    }
    return most;
  }

  /** Returns the maximum cost of an attempt in nano-USD. Rejects with `config` if it is not known. */
  async attempt(attempt: AttemptInfo): Promise<bigint> {
    if (attempt.billing === 'included') return 0n;
    const { nanoUsd } = await this.ledger.estimate(attempt);
    if (nanoUsd === undefined) throw this.unknownCost(attempt.target);
    return BigInt(nanoUsd);
  }

  /** Returns the cost of a usage at the first target of a chain, live or in a batch, or 0 if no price applies, for an estimate. */
  async likely(spec: string, usage: Usage | undefined, isBatch: boolean = false): Promise<bigint> {
    const targets = await this.majordomo.resolve(spec);
    const target = targets[0]?.target;
    if (target === undefined || usage === undefined) return 0n;
    const cost = await this.costOfUsage(target, usage);
    return (isBatch ? cost?.batchNanoUsd : undefined) ?? cost?.nanoUsd ?? 0n;
  }

  /** Returns a notice if the vendor retires the model of a target within the given number of days, or has retired it. */
  async retirement(target: string, withinDays: number): Promise<ModelNotice | undefined> {
    const found = await this.find(target);
    return found?.match && noticeOf(found.match.model, new Date(this.clock.now()), withinDays);
  }

  /**
   * Returns the cost of an answer of a target with the recorded share of cached input, without a cache, and as a part of a batch.
   * Returns `undefined` if the cost is not known.
   */
  async costs(
    target: string,
    usage: Usage | undefined,
    recorded: Usage | undefined,
  ): Promise<StoredCost | undefined> {
    if (usage === undefined) return undefined;
    const cached = await this.costOfUsage(target, withShareOf(usage, recorded));
    const uncached = await this.costOfUsage(target, { ...usage, cacheRead: 0, cacheWrite: 0 });
    if (cached === undefined || uncached === undefined) return undefined;
    return {
      nanoUsd: String(cached.nanoUsd),
      uncachedNanoUsd: String(uncached.nanoUsd),
      batchNanoUsd: uncached.batchNanoUsd?.toString(),
    };
  }

  private async costOfUsage(
    target: string,
    usage: Usage,
  ): Promise<{ readonly nanoUsd: bigint; readonly batchNanoUsd: bigint | undefined } | undefined> {
    const price = await this.priceOf(target);
    if (price === undefined) return undefined;
    if (price === 'included') return { nanoUsd: 0n, batchNanoUsd: undefined };
    // The cost that a vendor reported contains the cache of this call. Without its tier, the standard price applies. `cacheWriteLong`
    // would not fit to `cacheWrite`, which `costs` has changed.
    const {
      reportedNanoUsd: _reported,
      serviceTier: _tier,
      cacheWriteLong: _long,
      ...details
    } = usage.details ?? {};
    const plain: Usage = { ...usage, details };
    const { nanoUsd } = costOf(plain, price);
    if (nanoUsd === undefined) return undefined;
    const hasBatchPrice = price.tiers?.[BATCH] !== undefined;
    const batchNanoUsd = hasBatchPrice ? costOf(plain, price, { tier: BATCH }).nanoUsd : undefined;
    return { nanoUsd, batchNanoUsd };
  }

  private priceOf(target: string): Promise<Price | 'included' | undefined> {
    const known = this.known.get(target);
    if (known !== undefined) return known;
    const found = this.findPrice(target);
    this.known.set(target, found);
    return found;
  }

  private async findPrice(target: string): Promise<Price | 'included' | undefined> {
    const found = await this.find(target);
    if (found?.isIncluded === true) return 'included';
    return found?.match && priceAt(found.match.model, new Date(this.clock.now()));
  }

  private async find(
    target: string,
  ): Promise<{ readonly isIncluded: boolean; readonly match: CatalogMatch | undefined } | undefined> {
    const resolved = await this.majordomo.resolve(target).catch((error: unknown) => {
      // The provider of a recorded answer may be missing, so that its cost is not known.
      if (LlmError.is(error, 'config')) return [];
      throw error;
    });
    const [found] = resolved;
    if (found === undefined) return undefined;
    const { vendor, model, billing } = found;
    const match = vendor === undefined ? undefined : await this.catalog.find(vendor, model);
    return { isIncluded: billing === 'included', match };
  }

  private unknownCost(target: string): LlmError {
    return replayError(
      this.name,
      'budgetUsd',
      `cannot be kept: the maximum cost of ${target} is not known; add its price with \`catalog.with\`, and set maxTokens if the model has no known maximum`,
    );
  }
}

/** Returns a usage with the share of cached input of another one, because a replayed call meets no cache of the real traffic. */
function withShareOf(usage: Usage, recorded: Usage | undefined): Usage {
  const { input = 0 } = usage;
  const { input: whole = 0, cacheRead = 0, cacheWrite = 0 } = recorded ?? {};
  if (whole === 0) return { ...usage, cacheRead: 0, cacheWrite: 0 };
  return {
    ...usage,
    cacheRead: Math.round((input * cacheRead) / whole),
    cacheWrite: Math.round((input * cacheWrite) / whole),
  };
}
