import type { Billing, Usage } from '@majordomo/core';
import type { Price, Rates } from './contract.ts';
import { picosOf, picosOfFee, roundToNano, type Picos } from './picos.ts';
import { isOverlapping, portionsOf, type Portions } from './portions.ts';
import { RATES, ratesFor } from './rates.ts';

/** Exact cost. The cost of each attempt is calculated in pico-USD and rounded once to nano-USD. */
export interface Cost {
  /**
   * Cost in nano-USD (1 USD = 10⁹ nano-USD). `undefined`, and not 0, if the cost is unknown or included in a plan. Image tokens
   * without a separate rate cost the base rate. Audio tokens without a separate rate, server tools without a fee, a tier without
   * rates above a context step, and a usage without `units` for a model that is priced by unit make the cost unknown.
   */
  readonly nanoUsd: bigint | undefined;
  readonly basis: 'reported' | 'catalogue' | 'override' | 'included' | 'unknown';
  /**
   * Reasons for an unknown cost, such as `no price for cacheWrite`. For a known cost, the list can contain failed attempts
   * without usage, and `portions>total`: the vendor's details exceed the total, so the remainder was set to 0.
   */
  readonly missing: readonly string[];
  /** Cost according to the catalog minus the reported cost, if both are known. */
  readonly driftNanoUsd?: bigint | undefined;
}

/** Facts that determine a cost, in addition to usage and price. */
export interface CostOptions {
  /** Billing of the call. `included`: a plan or the user's hardware covers the cost. */
  readonly billing?: Billing | undefined;
  /**
   * Vendor's name of the service tier.
   *
   * @default `usage.details.serviceTier`
   */
  readonly tier?: string | undefined;
}

/**
 * Returns the cost of one attempt: the cost that the vendor reported, otherwise the cost of its usage at this price. Throws
 * `config` for an invalid rate or fee, such as a negative one.
 */
export function costOf(usage: Usage | undefined, price: Price | undefined, options: CostOptions = {}): Cost {
  if (options.billing === 'included') return { nanoUsd: undefined, basis: 'included', missing: [] };
  const calculated = calculatedCost(usage, price, options.tier ?? usage?.details?.serviceTier);
  const reported = parseInteger(usage?.details?.reportedNanoUsd);
  if (reported === undefined) return calculated;
  const { nanoUsd } = calculated;
  const drift = nanoUsd === undefined ? {} : { driftNanoUsd: nanoUsd - reported };
  return { nanoUsd: reported, basis: 'reported', missing: [], ...drift };
}

const parseInteger = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;

function calculatedCost(usage: Usage | undefined, price: Price | undefined, tier: string | undefined): Cost {
  if (usage === undefined) return NO_USAGE;
  if (price === undefined) return NO_PRICE;
  const rates = ratesFor(price, usage, tier);
  if ('missing' in rates) return unknown([rates.missing]);
  const unit = missingUnit(usage, rates, price.fees);
  if (unit !== undefined) return unknown([`no units, and the price is per ${unit}`]);
  const portions = portionsOf(usage, rates);
  const items = [...tokenItems(portions, rates), ...feeItems(usage, rates, price.fees)];
  const missing = items.filter((item) => typeof item === 'string');
  if (missing.length > 0) return unknown(missing);
  return {
    nanoUsd: roundToNano(
      items.reduce<Picos>((sum, item) => (typeof item === 'string' ? sum : sum + item), 0n),
    ),
    basis: price.trust === 'override' ? 'override' : 'catalogue',
    missing: isOverlapping(usage, portions) ? ['portions>total'] : [],
  };
}

const unknown = (missing: readonly string[]): Cost => ({ nanoUsd: undefined, basis: 'unknown', missing });

const NO_USAGE = unknown(['no usage']);
const NO_PRICE = unknown(['no price']);

/** Units by which vendors price models without a price per token. */
const UNITS = ['image', 'audio-second', 'video-second', 'character', 'search'];

/** Returns the unit of a price that has fees for units only, if the usage has no units. */
function missingUnit({ details = {} }: Usage, rates: Rates, fees: Fees = {}): string | undefined {
  if (Object.keys(details.units ?? {}).length > 0) return undefined;
  if (Object.values(rates).some((rate) => rate > 0)) return undefined;
  return UNITS.find((unit) =>
    Object.entries(fees).some(([name, fee]) => fee > 0 && name.split(':')[0] === unit),
  );
}

/** Amount in pico-USD, or the reason why the amount is unknown. */
type Item = Picos | string;

function tokenItems(portions: Portions, rates: Rates): readonly Item[] {
  return RATES.map((name) => {
    const tokens = portions[name];
    const rate = rates[name];
    const isFree = rate === 0 && tokens === undefined;
    if (tokens === 0 || isFree) return 0n;
    if (tokens === undefined) return `no count of ${name}`;
    if (!isCount(tokens)) return `${name} is ${tokens}, which is not a count`;
    return rate === undefined ? `no price for ${name}` : picosOf(tokens, rate, name);
  });
}

/**
 * Returns the fees for the request, for tools that ran at the vendor, and for other units. A unit without a fee costs nothing if
 * the usage has output tokens; otherwise, its cost is unknown. The fee per image is omitted if the image tokens have a rate,
 * because both state the same amount.
 */
function feeItems(
  { output = 0, details = {} }: Usage,
  rates: Rates,
  fees: Price['fees'] = {},
): readonly Item[] {
  const isByImageTokens = rates.outputImage !== undefined && (details.outputImage ?? 0) > 0;
  const units = Object.entries(details.units ?? {}).filter(
    ([unit]) => !(isByImageTokens && /^image(?::|$)/.test(unit)),
  );
  return [
    useItem('request', 1, Object.hasOwn(fees, 'request') ? fees : { request: 0 }, isCount),
    ...Object.entries(details.serverTools ?? {}).map(([tool, uses]) => useItem(tool, uses, fees, isCount)),
    ...units.map(([unit, count]) => {
      const name = feeName(unit, fees);
      return output > 0 && !Object.hasOwn(fees, name) ? 0n : useItem(name, count, fees, isAmount);
    }),
  ];
}

/** Returns the name of the fee for a unit. Images of a size without a separate fee cost the model's fee per image. */
function feeName(unit: string, fees: Fees): string {
  const [kind = unit] = unit.split(':');
  return !Object.hasOwn(fees, unit) && Object.hasOwn(fees, kind) ? kind : unit;
}

type Fees = NonNullable<Price['fees']>;

function useItem(name: string, uses: number, fees: Fees, isFit: (uses: number) => boolean): Item {
  if (uses === 0) return 0n;
  if (!isFit(uses)) return `${name} is ${uses}, which is not a count`;
  const fee = Object.hasOwn(fees, name) ? fees[name] : undefined;
  return fee === undefined ? `no fee for ${name}` : picosOfFee(uses, fee, name);
}

/** Whether the value is a valid number of units. Units such as seconds may be fractional. */
const isAmount = (value: number): boolean => isCount(Math.ceil(value * 1e6)) || isCount(value);

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
