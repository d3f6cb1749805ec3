import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SourceName } from './offer.ts';

/** Where a source is had, and under which licence. */
interface Source {
  readonly url: string;
  /** A copy's name in a folder; `.gz` may follow. */
  readonly files: readonly string[];
  readonly licence: string;
}

/** All three are MIT; of LiteLLM's repository that is what lies outside its enterprise folder. */
export const SOURCES: Readonly<Record<SourceName, Source>> = {
  'models.dev': { url: 'https://models.dev/api.json', files: ['models.dev-api.json'], licence: 'MIT' },
  'genai-prices': {
    url: 'https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json',
    files: ['genai-prices-v2-data.json'],
    licence: 'MIT',
  },
  litellm: {
    url: 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json',
    files: ['litellm-model-prices.json'],
    licence: 'MIT',
  },
};

/** A source's data, and the day that it was taken. */
export interface Taken {
  readonly json: unknown;
  /** ISO date. */
  readonly date: string;
}

/** Reads the sources from a folder of copies, whose dates are given, or from their current publications. */
export async function taken(
  name: SourceName,
  folder: string | undefined,
  dates: Readonly<Record<string, string>>,
): Promise<Taken> {
  if (folder === undefined) return fetched(SOURCES[name].url);
  const date = dates[name];
  if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new Error(`of when is the copy of ${name} in ${folder}? Say --date ${name}=YYYY-MM-DD`);
  const paths = SOURCES[name].files.flatMap((file) => [join(folder, file), join(folder, `${file}.gz`)]);
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) throw new Error(`${folder} has no copy of ${name}: looked for ${paths.join(', ')}`);
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return { json: JSON.parse(text), date };
}

async function fetched(url: string): Promise<Taken> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { json: await response.json(), date: new Date().toISOString().slice(0, 10) };
}
