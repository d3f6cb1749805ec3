import type { CatalogModel } from '../src/contract.ts';
import { aboutOf, chunkOf, chunksOf, entryOf, type About } from './chunk.ts';
import { withHistory } from './history.ts';
import { recordIn, type Json } from './json.ts';
import { merge } from './merge.ts';
import type { Listings, SourceName } from './offer.ts';
import { problemsOf } from './problems.ts';
import { readGenaiPrices } from './read-genai.ts';
import { readLitellm } from './read-litellm.ts';
import { readModelsDev } from './read-models-dev.ts';
import { believing, ruled, type Ruling } from './rulings.ts';
import { SOURCES, type Taken } from './sources.ts';
import { VENDORS, type VendorNames } from './vendors.ts';

/** Input of a refresh. */
export interface Before {
  readonly date: string;
  readonly models: (vendor: string) => Promise<readonly CatalogModel[]>;
}

/** Result of a refresh: files below `src`, and problems that need a ruling. */
export interface Refreshed {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  readonly models: readonly CatalogModel[];
}

/** Runs a refresh. Equal sources, rulings and history give equal bytes. */
export async function refresh(
  sources: Readonly<Record<SourceName, Taken>>,
  before: Before,
  rulings: readonly Ruling[],
): Promise<Refreshed> {
  const about = aboutThese(sources);
  const files = new Map<string, string>();
  const problems: string[] = [];
  const all: CatalogModel[] = [];
  for (const names of VENDORS) {
    const { vendor } = names;
    const known = await before.models(vendor);
    const listings = believing(vendor, listingsOf(sources, names), rulings);
    const now = ruled(vendor, merge(vendor, listings, about.date, names.resells), rulings, about.date);
    const models = withHistory(now, known, { today: about.date, before: before.date });
    if (models.length === 0) continue;
    problems.push(...problemsIn(now, known, listings, about.date));
    all.push(...models);
    files.set(`generated/${vendor}.ts`, chunkOf(models));
    files.set(`vendors/${vendor}.ts`, entryOf(vendor));
  }
  files.set('generated/about.ts', aboutOf(about));
  files.set('generated/chunks.ts', chunksOf([...new Set(all.map(({ vendor }) => vendor))]));
  return { files, problems, models: all };
}

function aboutThese(sources: Readonly<Record<SourceName, Taken>>): About {
  const named = (Object.keys(SOURCES) as SourceName[]).map((name) => ({
    name,
    date: sources[name].date,
    licence: SOURCES[name].licence,
  }));
  return { date: named.map(({ date }) => date).reduce((a, b) => (a > b ? a : b)), sources: named };
}

function listingsOf(sources: Readonly<Record<SourceName, Taken>>, names: VendorNames): Listings {
  const json = (name: SourceName): Json => recordIn({ json: sources[name].json }, 'json');
  return {
    modelsDev: readModelsDev(json('models.dev'), names.vendor),
    genai: readGenaiPrices(sources['genai-prices'].json, names.genai),
    litellm: readLitellm(json('litellm'), names.litellm),
  };
}

function problemsIn(
  models: readonly CatalogModel[],
  before: readonly CatalogModel[],
  { modelsDev, genai, litellm }: Listings,
  today: string,
): readonly string[] {
  const known = new Map(before.map((model) => [model.id, model]));
  const silent = new Set(
    [...modelsDev, ...genai, ...litellm]
      .filter(({ isSilent }) => isSilent)
      .flatMap(({ id, aliases }) => [id, ...aliases]),
  );
  return models.flatMap((model) => problemsOf(model, known.get(model.id), silent.has(model.id), today));
}
