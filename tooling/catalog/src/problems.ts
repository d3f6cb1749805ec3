import type { CatalogModel, Price, Rates } from '@majordomo/catalog';
import { currentOf } from './history.ts';

/** Maximum factor by which a price may change between two refreshes. A larger change requires a `Ruling`. */
const LARGEST_CHANGE = 2;
/** Maximum ratio of the rate of a tier or context step to the plain rate. A higher ratio is an error in the source. */
const DEAREST_TIER = 10;
/**
 * Models whose vendors charge less for writing a cache than for plain input. For Gemini, OpenRouter lists only the storage fee,
 * which is added to the input rate. MiniMax doubles only the input rate of its fast models.
 */
const CHEAP_WRITES = /^openrouter\/|\/(?:minimax\/)?minimax-.*-highspeed$/i;

/**
 * Returns problems in the prices of a model. A ruling must resolve each of them. Output of embedding and image models may be
 * free. `isSilent`: whether the model returns vectors or scores.
 */
export function problemsOf(
  model: CatalogModel,
  before: CatalogModel | undefined,
  isSilent: boolean,
  today: string,
): readonly string[] {
  const writes = !isSilent && model.output.includes('text');
  const found = model.prices.flatMap((price) => [
    ...(price.trust === 'override'
      ? negatives(price)
      : [...negatives(price), ...implausible(price, writes, `${model.vendor}/${model.id}`)]),
  ]);
  return [...found, ...jump(model, before, today)].map((what) => `${model.vendor}/${model.id}: ${what}`);
}

const tablesOf = ({
  rates,
  above = [],
  tiers = {},
}: Price): readonly (readonly [string, Partial<Rates>])[] => [
  ['', rates],
  ...above.map((step) => [` above ${step.inputTokens}`, step.rates] as const),
  ...Object.entries(tiers).map(([tier, own]) => [` in tier ${tier}`, own] as const),
];

function negatives(price: Price): readonly string[] {
  const rates = tablesOf(price).flatMap(([where, rates]) =>
    Object.entries(rates).flatMap(([name, rate = 0]) =>
      Number.isSafeInteger(rate) && rate >= 0 ? [] : [`${name}${where} is ${rate}`],
    ),
  );
  const fees = Object.entries(price.fees ?? {}).flatMap(([unit, fee]) =>
    fee >= 0 ? [] : [`the fee ${unit} is ${fee}`],
  );
  return [...rates, ...fees];
}

function implausible(price: Price, writes: boolean, model: string): readonly string[] {
  const { rates, above = [], tiers = {} } = price;
  const { input, output, cacheWriteLong = 0 } = rates;
  return [
    ...(writes && output < input / 10 ? [`output ${output} is less than a tenth of input ${input}`] : []),
    ...(cacheWriteLong > 4 * input && input > 0
      ? [`cacheWriteLong ${cacheWriteLong} is beyond 4 times the input`]
      : []),
    ...tablesOf(price).flatMap(([where, own]) => caches(own, where, model)),
    ...above.flatMap((step) => against(rates, step.rates, `above ${step.inputTokens}`, true)),
    ...Object.entries(tiers).flatMap(([tier, own]) => {
      // A tier such as `priority>200000` applies above this context step, and is compared with the rates of the step.
      const [name, tokens] = tier.split('>');
      const plain = above.find(({ inputTokens }) => String(inputTokens) === tokens)?.rates ?? rates;
      return [
        ...against(plain, own, `in tier ${tier}`, name === 'priority'),
        ...(name === 'priority' ? unraised(plain, own, tier) : []),
      ];
    }),
  ];
}

/** Returns problems of cache rates. A write must not cost less than input, and a longer lifetime must not cost less. */
function caches(
  { input = 0, cacheWrite = 0, cacheWriteLong }: Partial<Rates>,
  where: string,
  model: string,
): readonly string[] {
  return [
    ...(cacheWriteLong !== undefined && cacheWriteLong < cacheWrite
      ? [`cacheWriteLong${where} is ${cacheWriteLong}, below cacheWrite ${cacheWrite}`]
      : []),
    ...(cacheWrite > 0 && cacheWrite < input && !CHEAP_WRITES.test(model)
      ? [`cacheWrite${where} is ${cacheWrite}, below input ${input}`]
      : []),
  ];
}

/**
 * Returns problems of the rates in `own`. If `isDearer`, a rate must not be below the plain rate, otherwise not above it. No rate
 * may exceed ten times the plain rate.
 */
function against(plain: Rates, own: Partial<Rates>, where: string, isDearer: boolean): readonly string[] {
  return (Object.keys(own) as (keyof Rates)[]).flatMap((name) => {
    const [base, rate] = [plain[name], own[name]];
    if (base === undefined || rate === undefined) return [];
    if (isDearer && rate < base) return [`${name} ${where} is ${rate}, below ${base}`];
    if (!isDearer && rate > base) return [`${name} ${where} is ${rate}, above ${base}`];
    return rate > base * DEAREST_TIER
      ? [`${name} ${where} is ${rate}, beyond ${DEAREST_TIER} times ${base}`]
      : [];
  });
}

/** Returns a problem if the priority tier has the plain rate for input or output. */
const unraised = ({ input, output }: Rates, own: Partial<Rates>, tier: string): readonly string[] =>
  (own.input === input && input > 0) || (own.output === output && output > 0)
    ? [`tier ${tier} has a plain rate`]
    : [];

function jump(model: CatalogModel, before: CatalogModel | undefined, today: string): readonly string[] {
  const [was, is] = [currentOf(before?.prices ?? [], today), currentOf(model.prices, today)];
  if (was === undefined || is === undefined || is.trust === 'override') return [];
  return (['input', 'output'] as const).flatMap((name) => {
    const [a, b] = [was.rates[name], is.rates[name]];
    const isSmall = Math.max(a, b) <= LARGEST_CHANGE * Math.min(a, b);
    return isSmall
      ? []
      : [`${name} changed from ${a} to ${b}: more than ${LARGEST_CHANGE} times requires a ruling`];
  });
}
