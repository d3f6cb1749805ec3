import type { Price, Rates } from '@majordomo/catalog';
import type { Offer, SourceName } from '../../../packages/calls/catalog/src/refresh/offer.ts';

/** Price without its first day. */
export type Verdict = Omit<Price, 'from'>;

/** Precedence of sources if no value has a majority. Sources that were outvoted less often come first. */
const MOST_TRUSTED: readonly SourceName[] = ['genai-prices', 'models.dev', 'litellm', 'pi-ai'];

/**
 * Returns the price by majority vote. The sources that agree on input and output win, and vote on the other rates. A price of 0
 * requires two sources, because some sources write 0 for an unknown price.
 */
export function vote(all: readonly Offer[], outdated: readonly Offer[] = []): Verdict | undefined {
  const offers = all.filter((offer) => !outdated.includes(offer));
  const byTrust = [...offers].sort((a, b) => MOST_TRUSTED.indexOf(a.source) - MOST_TRUSTED.indexOf(b.source));
  const agreed = largest(byTrust, plainOf);
  const voters = agreed.length > 1 ? byTrust : byTrust.filter((offer) => !isFree(offer));
  const winners = largest(voters, plainOf);
  const [first] = winners;
  if (first === undefined) return undefined;
  const above = largest(winners, (offer) =>
    JSON.stringify(offer.above.map(({ inputTokens }) => inputTokens)),
  )[0];
  return {
    rates: {
      ...votedRates(winners.map(({ rates }) => rates)),
      input: first.rates.input,
      output: first.rates.output,
    },
    ...ifAny('above', votedSteps(winners, above?.above ?? [])),
    ...ifAny('tiers', votedTiers(winners)),
    ...ifAny('fees', votedFees([...byTrust, ...outdated])),
    sources: winners.map(({ source }) => source),
    // `disputed`: each source states another price. `single`: only one source states a price.
    trust: winners.length > 1 ? 'agreed' : voters.length > 1 ? 'disputed' : 'single',
  };
}

/** Age difference in days beyond which a source does not outvote a newer source. */
const OUTDATED_DAYS = 60;

/**
 * Returns the offers that contradict the newest source with a price and come from a source that is more than 60 days older.
 * They require a ruling.
 */
export function outdatedOffers(
  offers: readonly Offer[],
  dates: Readonly<Partial<Record<SourceName, string>>>,
): readonly Offer[] {
  // A source without a date counts as the oldest one.
  const timeOf = ({ source }: Offer): number => Date.parse(dates[source] ?? '') || 0;
  const priced = offers.filter((offer) => !isFree(offer));
  const newest = Math.max(...priced.map(timeOf));
  const plain = new Set(priced.filter((offer) => timeOf(offer) === newest).map(plainOf));
  return priced.filter(
    (offer) => newest - timeOf(offer) > OUTDATED_DAYS * 86_400_000 && !plain.has(plainOf(offer)),
  );
}

const plainOf = ({ rates: { input, output } }: Offer): string => `${input}/${output}`;

const isFree = ({ rates, fees }: Offer): boolean =>
  Object.values(rates).every((rate) => rate === 0) && Object.keys(fees).length === 0;

/** Returns the values of the largest group with equal keys, or the first of these groups if several have the same size. */
function largest<T>(all: readonly T[], by: (one: T) => string): readonly T[] {
  const keys = [...new Set(all.map(by))];
  const groups = keys.map((key) => all.filter((one) => by(one) === key));
  return groups.reduce<readonly T[]>((most, group) => (group.length > most.length ? group : most), []);
}

/** Returns the rates by majority vote. A source without a value for a rate does not vote on it. */
function votedRates(tables: readonly Partial<Rates>[]): Partial<Rates> {
  const names = [...new Set(tables.flatMap((table) => Object.keys(table)))] as (keyof Rates)[];
  const voted = names.sort().map((name) => {
    const values = tables.flatMap((table) => table[name] ?? []);
    return [name, largest(values, String)[0]] as const;
  });
  return Object.fromEntries(voted);
}

function votedSteps(winners: readonly Offer[], steps: Offer['above']): Offer['above'] {
  return steps.map(({ inputTokens, rates }) => {
    const same = winners
      .flatMap(({ above }) => above.filter((step) => step.inputTokens === inputTokens))
      .map((step) => step.rates)
      .filter(({ input, output }) => input === rates.input && output === rates.output);
    return { inputTokens, rates: { ...votedRates(same), input: rates.input, output: rates.output } };
  });
}

function votedTiers(winners: readonly Offer[]): Offer['tiers'] {
  const names = [...new Set(winners.flatMap(({ tiers }) => Object.keys(tiers)))].sort();
  return Object.fromEntries(
    names.map((name) => [name, votedRates(winners.flatMap(({ tiers }) => tiers[name] ?? []))]),
  );
}

function votedFees(offers: readonly Offer[]): Offer['fees'] {
  const units = [...new Set(offers.flatMap(({ fees }) => Object.keys(fees)))].sort();
  return Object.fromEntries(
    units.map((unit) => [
      unit,
      largest(
        offers.flatMap(({ fees }) => fees[unit] ?? []),
        String,
      )[0] ?? 0,
    ]),
  );
}

const ifAny = <K extends string, T extends object>(name: K, value: T): { readonly [name in K]?: T } =>
  Object.keys(value).length === 0 ? {} : ({ [name]: value } as { readonly [name in K]: T });
