import { costOf, priceAt, type Catalog, type CatalogModel } from '@majordomo/catalog';
import { messageOf, type ChatRequest, type ResolvedTarget } from '@majordomo/core';
import { inputTokens } from './input-tokens.ts';

/** A target, with all that is known of it for one request. */
export interface RankedTarget extends ResolvedTarget {
  /** As the choice has it: the target, or the name that led to it. */
  readonly writtenAs: string;
  readonly facts: CatalogModel | undefined;
  /** What kept the catalogue from being asked. */
  readonly catalogError: string | undefined;
  /** The longest that input and answer may be together. */
  readonly context: number | undefined;
  readonly inputTokens: number;
  readonly nanoUsd: bigint | undefined;
}

/** What a request is asked of: the books of prices, and the day. */
export interface PriceSource {
  readonly catalog: Catalog;
  readonly now: number;
}

/** Where nothing says how long an answer will be. */
const DEFAULT_ANSWER_TOKENS = 1000;

/** Looks a target up, and estimates what this request costs there. */
export async function rankedTarget(
  writtenAs: string,
  target: ResolvedTarget,
  request: ChatRequest | undefined,
  { catalog, now }: PriceSource,
): Promise<RankedTarget> {
  const { capabilities, billing } = target;
  const { facts, catalogError } = await factsOf(target, catalog);
  const input = inputTokens(request, target);
  const output = Math.min(
    request?.maxTokens ?? DEFAULT_ANSWER_TOKENS,
    capabilities.maxOutputTokens ?? facts?.maxOutputTokens ?? Infinity,
  );
  const price = facts && priceAt(facts, new Date(now));
  const usage = { input, output, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  return {
    ...target,
    writtenAs,
    facts,
    catalogError,
    context: capabilities.contextTokens ?? facts?.contextTokens,
    inputTokens: input,
    nanoUsd: costOf(usage, price, { billing, tier: tierOf(request) }).nanoUsd,
  };
}

/** A catalogue of others may fail, and one that is loaded when it is first asked may not come: no call ends by that. */
async function factsOf(
  { vendor, model }: ResolvedTarget,
  catalog: Catalog,
): Promise<Pick<RankedTarget, 'facts' | 'catalogError'>> {
  try {
    const found = vendor === undefined ? undefined : await catalog.find(vendor, model);
    return { facts: found?.model, catalogError: undefined };
  } catch (error) {
    return { facts: undefined, catalogError: `the catalogue was not asked: ${messageOf(error)}` };
  }
}

const tierOf = (request: ChatRequest | undefined): string | undefined =>
  request?.serviceTier === 'default' ? undefined : request?.serviceTier;
