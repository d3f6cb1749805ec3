import type { CatalogModel, Modality, Price, Rates } from '../src/contract.ts';
import {
  ABILITIES,
  MODALITIES,
  RATE_LETTERS,
  SINCE_EVER,
  SOURCE_LETTERS,
  type PriceRow,
  type RatesRow,
  type Row,
} from '../src/row.ts';

const WRITTEN = '// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.';

/** The module of one vendor's models: one model a line, so that a change can be read. */
export function chunkOf(models: readonly CatalogModel[]): string {
  const lines = models.map((model) => JSON.stringify(rowOf(model)));
  const text = `[\n${lines.join(',\n')}\n]`.replaceAll(/[\\`]|\$\{/g, '\\$&');
  return `${WRITTEN}\n\n/** As \`decoded\` reads it. */\nexport const rows: string = \`${text}\`;\n`;
}

function rowOf(model: CatalogModel): Row {
  const { id, aliasOf, family, status, released, knowledge, retires, lastSeen, successor, deprecatedSince } =
    model;
  if (aliasOf !== undefined) return defined({ id, a: aliasOf, u: lastSeen });
  return defined({
    id,
    f: family,
    c: model.contextTokens,
    i: model.maxInputTokens,
    o: model.maxOutputTokens,
    r: unlessText(model.input),
    w: unlessText(model.output),
    y: abilitiesOf(model, true),
    n: abilitiesOf(model, false),
    s: status,
    d: released,
    k: knowledge,
    e: retires,
    h: successor,
    x: deprecatedSince,
    u: lastSeen,
    p: model.prices.length === 0 ? undefined : model.prices.map((price) => priceRow(price, released)),
  });
}

const unlessText = (modalities: readonly Modality[]): string | undefined => {
  const letters = lettersOf(modalities, MODALITIES);
  return letters === 't' ? undefined : letters;
};

const abilitiesOf = (model: CatalogModel, wanted: boolean): string | undefined =>
  Object.entries(ABILITIES)
    .flatMap(([letter, name]) => (model[name] === wanted ? letter : []))
    .join('') || undefined;

const lettersOf = (words: readonly string[], alphabet: Readonly<Record<string, string>>): string =>
  words.flatMap((word) => Object.entries(alphabet).find(([, name]) => name === word)?.[0] ?? []).join('');

function priceRow(
  { from, rates, above, tiers, fees, sources, trust }: Price,
  released = SINCE_EVER,
): PriceRow {
  const by = lettersOf(sources, SOURCE_LETTERS);
  return defined({
    f: from === released ? undefined : from,
    p: inUsd(rates),
    a: above && Object.fromEntries(above.map((step) => [step.inputTokens, inUsd(step.rates)])),
    t: tiers && Object.fromEntries(Object.entries(tiers).map(([tier, own]) => [tier, inUsd(own)])),
    e: fees,
    b: trust === 'agreed' || trust === 'single' ? by : undefined,
    d: trust === 'disputed' ? by : undefined,
    s: trust === 'override' ? sources.join('; ') : undefined,
  });
}

const inUsd = (rates: Partial<Rates>): RatesRow =>
  Object.fromEntries(
    Object.entries(RATE_LETTERS).flatMap(([letter, name]) => {
      const rate = rates[name];
      return rate === undefined ? [] : [[letter, rate / 1e6]];
    }),
  );

const defined = <T extends object>(row: { readonly [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as T;

/** The module of a vendor's own entry. */
export const entryOf = (vendor: string): string => `${WRITTEN}
import { catalogOfVendor } from '../catalog-of-vendor.ts';
import type { Catalog } from '../contract.ts';
import { rows } from '../generated/${vendor}.ts';

/** Catalog of this vendor only, for bundles. */
export const catalog: Catalog = /* @__PURE__ */ catalogOfVendor('${vendor}', rows);
`;

/** Facts about the snapshot. */
export interface About {
  readonly date: string;
  readonly sources: readonly { readonly name: string; readonly date: string; readonly licence: string }[];
}

export const aboutOf = ({ date, sources }: About): string => `${WRITTEN}
import type { Catalog } from '../contract.ts';

/** Date and sources of the snapshot. */
export const DATE: Catalog['date'] = '${date}';

/** Whose data it holds. */
export const SOURCES: Catalog['sources'] = [
${sources.map(({ name, date: taken, licence }) => `  { name: '${name}', date: '${taken}', licence: '${licence}' },`).join('\n')}
];
`;

export const chunksOf = (vendors: readonly string[]): string => `${WRITTEN}

/** Loaders of the vendors' chunks. */
export const CHUNKS: Readonly<Record<string, () => Promise<{ readonly rows: string }>>> = {
${vendors.map((vendor) => `  ${keyOf(vendor)}: () => import('./${vendor}.ts'),`).join('\n')}
};
`;

const keyOf = (vendor: string): string => (/^[a-z]+$/.test(vendor) ? vendor : `'${vendor}'`);
