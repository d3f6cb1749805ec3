import { costOf, priceAt, type Catalog, type CatalogModel } from '@majordomo/catalog';
import { messageOf, type ChatRequest, type ResolvedTarget } from '@majordomo/core';
import { inputTokens } from './input-tokens.ts';

/** Target with the facts that a ranking needs. */
export interface RankedTarget extends ResolvedTarget {
  /** Target or name as written in the choice. */
  readonly writtenAs: string;
  readonly facts: CatalogModel | undefined;
  /** Message of an error of the catalog. */
  readonly catalogError: string | undefined;
  /** Maximum number of tokens, including input and output. */
  readonly context: number | undefined;
  readonly inputTokens: number;
  /** Estimated cost of the request in nano-USD; `undefined` if the price is unknown or a subscription covers the call. */
  readonly nanoUsd: bigint | undefined;
}

/** Catalog, and the current time in epoch milliseconds. */
export interface PriceSource {
  readonly catalog: Catalog;
  readonly now: number;
}

/** Assumed number of output tokens of a request without `maxTokens`. */
const DEFAULT_ANSWER_TOKENS = 1000;

/** Returns a target with its facts from the catalog and the estimated cost of the request. */
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

/** Returns the catalog's facts about the target's model. Catches errors, so that a failing catalog does not end the call. */
async function factsOf(
  { vendor, model }: ResolvedTarget,
  catalog: Catalog,
): Promise<Pick<RankedTarget, 'facts' | 'catalogError'>> {
  try {
    const found = vendor === undefined ? undefined : await catalog.find(vendor, model);
    return { facts: found?.model, catalogError: undefined };
  } catch (error) {
    return { facts: undefined, catalogError: `the catalog could not be read: ${messageOf(error)}` };
  }
}

const tierOf = (request: ChatRequest | undefined): string | undefined =>
  request?.serviceTier === 'default' ? undefined : request?.serviceTier;
