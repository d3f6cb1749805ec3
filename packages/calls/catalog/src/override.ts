import { LlmError } from '@majordomo/core';
import { isIsoDay } from '@majordomo/core/toolkit';
import type { CatalogModel, Override, Price, Rates } from './contract.ts';
import { picosOf, picosOfFee } from './picos.ts';

/** Applies the application's overrides to a vendor's models. Appends a model for each override with an unknown id. */
export function applyOverrides(
  models: readonly CatalogModel[],
  overrides: readonly Override[],
): readonly CatalogModel[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  for (const override of overrides) byId.set(override.id, mergeModel(byId, override));
  return [...byId.values()];
}

const UNKNOWN = { input: ['text'], output: ['text'], prices: [] } as const;

function mergeModel(byId: ReadonlyMap<string, CatalogModel>, override: Override): CatalogModel {
  const known = byId.get(override.id);
  const target = known?.aliasOf === undefined ? known : byId.get(known.aliasOf);
  // Unless the override has `aliasOf`, an alias becomes a separate model, based on the properties of its target.
  const base = override.aliasOf === undefined ? target : known;
  return { ...UNKNOWN, ...base, ...defined(override) };
}

const defined = (override: Override): Override =>
  Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined)) as Override;

/** Throws `config` for an override with an invalid vendor, id or price. The message contains vendor, model and property. */
export function checkOverride({ vendor, id, prices = [] }: Override): void {
  for (const [member, name] of Object.entries({ vendor, id }))
    if (!isText(name)) throw overrideError('an override', member, 'the value must be a non-empty string');
  const model = `${vendor}/${id}`;
  if (!Array.isArray(prices)) throw overrideError(model, 'prices', 'the value must be an array of prices');
  const all: readonly Price[] = prices;
  for (const [index, price] of all.entries()) {
    const path = `prices[${index}]`;
    try {
      checkPrice(price, model, path);
    } catch (error) {
      // The override may come from a file, so its values can have any type.
      throw LlmError.is(error) ? error : overrideError(model, path, 'the value is not a valid price', error);
    }
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function checkPrice(
  { from, rates, above = [], tiers = {}, regions = {}, fees = {} }: Price,
  model: string,
  path: string,
): void {
  if (Number.isNaN(Date.parse(from)) || !isIsoDay(from.slice(0, 10)))
    throw overrideError(model, `${path}.from`, `"${from}" is not an ISO date; use YYYY-MM-DD`);
  checkRates(rates, model, `${path}.rates`, ['input', 'output']);
  for (const [index, step] of above.entries()) {
    const at = `${path}.above[${index}]`;
    if (!Number.isSafeInteger(step.inputTokens) || step.inputTokens <= 0)
      throw overrideError(model, `${at}.inputTokens`, `expected a positive integer, got ${step.inputTokens}`);
    checkRates(step.rates, model, `${at}.rates`, ['input', 'output']);
  }
  for (const [tier, own] of Object.entries(tiers)) checkRates(own, model, `${path}.tiers.${tier}`, []);
  for (const [region, factor] of Object.entries(regions))
    if (!(Number.isFinite(factor) && factor >= 0))
      throw overrideError(
        model,
        `${path}.regions.${region}`,
        `expected a non-negative number, got ${factor}`,
      );
  // `picosOfFee` throws for an invalid fee.
  for (const [unit, fee] of Object.entries(fees)) picosOfFee(1, fee, `${path}.fees.${unit} of ${model}`);
}

function checkRates(
  rates: Partial<Rates>,
  model: string,
  path: string,
  needed: readonly (keyof Rates)[],
): void {
  for (const name of needed)
    if (rates[name] === undefined) throw overrideError(model, `${path}.${name}`, 'the value is missing');
  // `picosOf` throws for an invalid rate.
  for (const [name, rate] of Object.entries(rates))
    if (rate !== undefined) picosOf(1, rate, `${path}.${name} of ${model}`);
}

const overrideError = (model: string, path: string, why: string, cause?: unknown): LlmError =>
  new LlmError('config', `${path} of ${model}: ${why}`, { path }, { cause });
