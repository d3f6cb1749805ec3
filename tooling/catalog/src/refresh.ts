import type { CatalogModel } from '@majordomo/catalog';
import { aboutOf, chunkOf, chunksOf, entryOf, type About } from './chunk.ts';
import { withHistory } from './history.ts';
import { recordIn, type Json } from '../../../packages/calls/catalog/src/refresh/json.ts';
import { merge } from './merge.ts';
import type { Listings, SourceName } from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { problemsOf } from './problems.ts';
import { readGenaiPrices } from '../../../packages/calls/catalog/src/refresh/read-genai.ts';
import { readLitellm } from '../../../packages/calls/catalog/src/refresh/read-litellm.ts';
import { readModelsDev } from '../../../packages/calls/catalog/src/refresh/read-models-dev.ts';
import { readPiAi } from '../../../packages/calls/catalog/src/refresh/read-pi-ai.ts';
import { believing, ruled, type Ruling } from './rulings.ts';
import { withSdkModels, type SdkModels } from './sdk-models.ts';
import { SOURCES, type Taken } from './sources.ts';
import { VENDORS, type VendorNames } from '../../../packages/calls/catalog/src/refresh/vendors.ts';

/** Input of a refresh. */
export interface Before {
  readonly date: string;
  readonly models: (vendor: string) => Promise<readonly CatalogModel[]>;
}

/** Result of a refresh: files under `src`, and problems that need a ruling. */
export interface Refreshed {
  /** Date of the snapshot, in ISO format. */
  readonly date: string;
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  readonly models: readonly CatalogModel[];
}

/** Runs a refresh. The same sources, rulings, history and models of the SDKs produce the same bytes. */
export async function refresh(
  sources: Readonly<Record<SourceName, Taken>>,
  before: Before,
  rulings: readonly Ruling[],
  sdkModels: SdkModels = {},
): Promise<Refreshed> {
  const about = aboutThese(sources);
  const files = new Map<string, string>();
  const problems: string[] = [];
  const all: CatalogModel[] = [];
  for (const names of VENDORS) {
    const { vendor } = names;
    const known = await before.models(vendor);
    const listings = believing(vendor, listingsOf(sources, names), rulings);
    const dates = { today: about.date, bySource: datesOf(sources) };
    const { models: merged, contradicted } = merge(vendor, listings, dates, names.resells);
    const complete = withSdkModels(vendor, merged, sdkModels[vendor] ?? [], about.date);
    const now = ruled(vendor, complete, rulings, about.date);
    const models = withHistory(now, known, { today: about.date, before: before.date });
    if (models.length === 0) continue;
    for (const [id, outdated] of contradicted)
      if (!isSettled(vendor, id, rulings))
        problems.push(`${vendor}/${id}: ${outdated.join(' and ')} contradict a newer source; add a ruling`);
    problems.push(
      ...problemsIn(
        now,
        // A settled price may change by any factor, so it is not compared with the earlier one.
        known.filter(({ id }) => !isSettled(vendor, id, rulings)),
        listings,
        about.date,
      ),
    );
    all.push(...models);
    files.set(`generated/${vendor}.ts`, chunkOf(models));
    files.set(`vendors/${vendor}.ts`, entryOf(vendor));
  }
  files.set('generated/about.ts', aboutOf(about));
  files.set('generated/chunks.ts', chunksOf([...new Set(all.map(({ vendor }) => vendor))]));
  return { date: about.date, files, problems, models: all };
}

const datesOf = (sources: Readonly<Record<SourceName, Taken>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(sources).map(([name, { date }]) => [name, date]));

/** Whether a ruling specifies the correct price. A ruling for all models of a vendor selects the newest source. */
const isSettled = (vendor: string, id: string, rulings: readonly Ruling[]): boolean =>
  rulings.some(
    (ruling) =>
      ruling.vendor === vendor &&
      (ruling.id === id
        ? ruling.price !== undefined || ruling.believe !== undefined
        : ruling.id === '*' && ruling.believe === 'newest'),
  );

function aboutThese(sources: Readonly<Record<SourceName, Taken>>): About {
  const named = (Object.keys(SOURCES) as SourceName[]).map((name) => ({
    name,
    date: sources[name].date,
    // All sources have this license.
    licence: 'MIT',
  }));
  return { date: named.map(({ date }) => date).reduce((a, b) => (a > b ? a : b)), sources: named };
}

function listingsOf(sources: Readonly<Record<SourceName, Taken>>, names: VendorNames): Listings {
  const json = (name: SourceName): Json => recordIn({ json: sources[name].json }, 'json');
  return {
    modelsDev: readModelsDev(json('models.dev'), names.vendor),
    genai: readGenaiPrices(sources['genai-prices'].json, names.genai),
    litellm: readLitellm(json('litellm'), names.litellm),
    piAi: readPiAi(json('pi-ai'), names.piAi),
  };
}

function problemsIn(
  models: readonly CatalogModel[],
  before: readonly CatalogModel[],
  { modelsDev, genai, litellm, piAi }: Listings,
  today: string,
): readonly string[] {
  const known = new Map(before.map((model) => [model.id, model]));
  const silent = new Set(
    [...modelsDev, ...genai, ...litellm, ...piAi]
      .filter(({ isSilent }) => isSilent)
      .flatMap(({ id, aliases }) => [id, ...aliases]),
  );
  return models.flatMap((model) => problemsOf(model, known.get(model.id), silent.has(model.id), today));
}
