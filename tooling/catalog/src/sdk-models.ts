import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogModel, Modality } from '@majordomo/catalog';
import { withPackage } from './sources.ts';

/** Model that an SDK names. SDKs state no prices. */
export interface SdkModel {
  readonly id: string;
  /** Announced date of the shutdown, in ISO format. */
  readonly retires?: string | undefined;
}

/** Models by vendor. */
export type SdkModels = Readonly<Record<string, readonly SdkModel[]>>;

/** Package on npm whose files name the models of a vendor. */
interface Sdk {
  readonly vendor: string;
  readonly package: string;
  readonly files: readonly string[];
  /** Returns the ids in the text of the files. */
  readonly idsIn: (text: string) => readonly string[];
  /** File with the dates of shutdowns, and the function that reads it. */
  readonly shutdowns?: {
    readonly file: string;
    readonly read: (text: string) => ReadonlyMap<string, string>;
  };
}

/** Returns the literals of the union types of a declaration file whose names end with `Model` or `ModelId`. */
const idsOfUnions = (text: string): readonly string[] =>
  [...text.matchAll(/\btype \w*Model(?:Id)? =([^;]*);/g)].flatMap(([, union = '']) =>
    [...union.matchAll(/'([^']+)'/g)].flatMap(([, id = '']) => (/[-\d]/.test(id) ? id : [])),
  );

/** Returns also the quoted keys of tables of models, such as `'gemini-4-argon': {` or `readonly 'gpt-live-1': {`. */
const idsOfUnionsAndTables = (text: string): readonly string[] => [
  ...idsOfUnions(text),
  ...[...text.matchAll(/^ +(?:readonly )?'([\w./:-]*[-\d][\w./:-]*)': /gm)].map(([, id = '']) => id),
];

/** Reads `"gpt-5", "gpt-5-mini": Announced shutdown date: 2026-12-11.` in comments of the types of openai. */
export function openaiShutdowns(text: string): ReadonlyMap<string, string> {
  const comment = text.replaceAll(/\n \*/g, ' ').replaceAll(/\s+/g, ' ');
  const entries = comment.matchAll(/((?:"[\w.-]+",? ?)+): Announced shutdown date: (\d{4}-\d\d-\d\d)/g);
  return new Map(
    [...entries].flatMap(([, ids = '', date = '']) =>
      [...ids.matchAll(/"([^"]+)"/g)].map(([, id = '']) => [id, date] as const),
    ),
  );
}

/** Reads `'claude-opus-4-5': 'January 22nd, 2027'` in a table of @anthropic-ai/sdk. */
export function anthropicShutdowns(text: string): ReadonlyMap<string, string> {
  const entries = text.matchAll(/'([\w.-]+)': '(\w+ \d+)\w\w, (\d{4})'/g);
  return new Map(
    [...entries].map(([, id = '', day = '', year = '']) => [
      id,
      new Date(`${day} ${year} UTC`).toISOString().slice(0, 10),
    ]),
  );
}

/** Package of the AI SDK for a vendor. */
const aiSdk = (vendor: string): Sdk => ({
  vendor,
  package: `@ai-sdk/${vendor}`,
  files: ['dist/index.d.ts'],
  idsIn: idsOfUnionsAndTables,
});

/** Vendors of the packages of the AI SDK, in the order of their names. */
const AI_SDKS = [
  'amazon-bedrock',
  'anthropic',
  'cerebras',
  'cohere',
  'deepseek',
  'google',
  'groq',
  'mistral',
  'openai',
  'perplexity',
  'xai',
] as const;

const COHERE = 'deprecated on 2025-09-15: docs.cohere.com, models; no other source lists it; 2026-11-27';
const BEDROCK = 'an id of 2023 that no other source lists; 2026-11-27';
const NO_VERSION = 'the other sources list the id without a version; 2026-11-27';

/** Ids that SDKs name and the catalog does not add, by `vendor/id`, with the reason and the date of the look-up. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['amazon-bedrock/amazon.titan-tg1-large', BEDROCK],
  ['amazon-bedrock/anthropic.claude-v2', BEDROCK],
  ['amazon-bedrock/anthropic.claude-sonnet-4-6-v1', NO_VERSION],
  ['amazon-bedrock/us.anthropic.claude-sonnet-4-6-v1', NO_VERSION],
  ['cohere/command-light-nightly', COHERE],
  ['cohere/command-r-03-2024', COHERE],
  ['cohere/command-r-plus-04-2024', COHERE],
]);

/** Packages that name the newest models of a vendor, often before the sources of prices do. */
export const SDKS: readonly Sdk[] = [
  {
    vendor: 'openai',
    package: 'openai',
    files: [
      'resources/shared.d.ts',
      'resources/images.d.ts',
      'resources/embeddings.d.ts',
      'resources/moderations.d.ts',
      'resources/audio/audio.d.ts',
      'resources/audio/speech.d.ts',
    ],
    idsIn: idsOfUnions,
    shutdowns: { file: 'resources/shared.d.ts', read: openaiShutdowns },
  },
  {
    vendor: 'anthropic',
    package: '@anthropic-ai/sdk',
    files: ['resources/messages/messages.d.ts'],
    idsIn: idsOfUnions,
    shutdowns: { file: 'internal/data/deprecated-models.js', read: anthropicShutdowns },
  },
  ...AI_SDKS.map((vendor) => aiSdk(vendor)),
];

/** Reads the models of an unpacked package. Throws an error if the package names none, because its form has changed. */
export async function modelsOfSdk(sdk: Sdk, folder: string): Promise<readonly SdkModel[]> {
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const texts = await Promise.all(sdk.files.map(read));
  const dates = sdk.shutdowns && sdk.shutdowns.read(await read(sdk.shutdowns.file));
  const ids = [...new Set(texts.flatMap(sdk.idsIn))];
  if (ids.length === 0) throw new Error(`${sdk.package}: ${sdk.files.join(', ')} name no model`);
  if (dates?.size === 0) throw new Error(`${sdk.package}: ${sdk.shutdowns?.file} states no shutdown`);
  return ids.map((id) => ({ id, retires: dates?.get(id) }));
}

/** Returns one model for each id, with the shutdown date that any package states. */
export function mergedModels(named: readonly SdkModel[]): readonly SdkModel[] {
  const dates = new Map<string, string | undefined>();
  for (const { id, retires } of named) dates.set(id, dates.get(id) ?? retires);
  return [...dates].map(([id, retires]) => ({ id, retires }));
}

/** Downloads the newest versions of the packages, and reads their models. */
export async function downloadSdkModels(): Promise<SdkModels> {
  const models: Record<string, readonly SdkModel[]> = {};
  for (const sdk of SDKS) {
    const named = await withPackage(sdk.package, (folder) => modelsOfSdk(sdk, folder));
    models[sdk.vendor] = mergedModels([...(models[sdk.vendor] ?? []), ...named]);
  }
  return models;
}

/** Matches a date at the end of an id. `Catalog.find` ignores such a date. */
const DATE_AT_END = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

const isFound = (known: ReadonlySet<string>, id: string): boolean =>
  known.has(id) || known.has(id.replace(DATE_AT_END, ''));

/**
 * Adds the shutdown dates of the SDKs, and the models that only SDKs name. Such a model has no price. Does not add a model that has
 * been shut down or that `LEFT_OUT` names, nor a dated id of a known model, because a lookup would then find no price.
 */
export function withSdkModels(
  vendor: string,
  models: readonly CatalogModel[],
  named: readonly SdkModel[],
  today: string,
): readonly CatalogModel[] {
  const dates = new Map(named.map(({ id, retires }) => [id, retires]));
  const known = new Set(models.map(({ id }) => id));
  const dated = models.map((model) => {
    const retires = dates.get(model.id);
    return retires === undefined ? model : { ...model, retires };
  });
  // A model without a date of shutdown is treated as if its shutdown were after every date.
  const isNew = ({ id, retires = '9999' }: SdkModel): boolean =>
    !isFound(known, id) && retires > today && !LEFT_OUT.has(`${vendor}/${id}`);
  const added = named
    .filter(isNew)
    .map(({ id, retires }) => ({ vendor, id, retires, ...mediaOf(id), prices: [] }));
  return [...dated, ...added];
}

/** Returns the input and output of a model that only its name describes. */
export function mediaOf(id: string): {
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
} {
  if (/image|dall-e|nano-banana/.test(id)) return { input: ['text', 'image'], output: ['image'] };
  if (/video|sora|veo/.test(id)) return { input: ['text', 'image'], output: ['video'] };
  if (/tts/.test(id)) return { input: ['text'], output: ['audio'] };
  if (/transcri|whisper/.test(id)) return { input: ['audio'], output: ['text'] };
  if (/voxtral/.test(id)) return { input: ['text', 'audio'], output: ['text'] };
  if (/realtime|live|native-audio/.test(id)) return { input: ['text', 'audio'], output: ['text', 'audio'] };
  return { input: ['text'], output: ['text'] };
}
