import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileSource } from '../../../packages/calls/catalog/src/node.ts';
import type { LoadedData } from '../../../packages/calls/catalog/src/refresh/contract.ts';
import { recordIn } from '../../../packages/calls/catalog/src/refresh/json.ts';
import type { SourceName } from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { dateOfPiAi } from '../../../packages/calls/catalog/src/refresh/read-pi-ai.ts';

/** Location of a source. */
interface Source {
  readonly url: string;
  /** Name of a copy in a folder. The suffix `.gz` may follow. */
  readonly file: string;
}

/** Sources by name. All have the MIT license. In LiteLLM's repository, the license does not apply to the enterprise folder. */
export const SOURCES: Readonly<Record<SourceName, Source>> = {
  'models.dev': { url: 'https://models.dev/api.json', file: 'models.dev-api.json' },
  'genai-prices': {
    url: 'https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json',
    file: 'genai-prices-v2-data.json',
  },
  litellm: {
    url: 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json',
    file: 'litellm-model-prices.json',
  },
  // This source is an npm package whose data is a folder.
  'pi-ai': { url: 'npm:@earendil-works/pi-ai', file: 'pi-ai' },
};

/** Data of a source, and the day on which it was downloaded. */
export interface Taken {
  readonly json: unknown;
  /** ISO date. */
  readonly date: string;
}

/**
 * Reads the sources from a folder of copies with the given dates, or downloads the current versions. An npm package that the folder
 * does not contain is downloaded too.
 */
export async function taken(
  name: SourceName,
  folder: string | undefined,
  dates: Readonly<Record<string, string>>,
): Promise<Taken> {
  const { url, file } = SOURCES[name];
  if (folder === undefined) return url.startsWith('npm:') ? packed(url.slice('npm:'.length)) : fetched(url);
  const paths = [join(folder, file), join(folder, `${file}.gz`)];
  const path = paths.find((one) => existsSync(one));
  if (path === undefined && url.startsWith('npm:')) return packed(url.slice('npm:'.length));
  if (path === undefined)
    throw new Error(`${folder}: no copy of ${name} exists; expected one of ${paths.join(', ')}`);
  const { data: json } = await read(path);
  // Of the copies, only the data of pi-ai state their date.
  const date = dates[name] ?? dateOfPiAi(recordIn({ json }, 'json'));
  if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new Error(`${folder}: the copy of ${name} has no valid date; add --date ${name}=YYYY-MM-DD`);
  return { json, date };
}

async function read(path: string): Promise<LoadedData> {
  const loaded = await fileSource(path).load({ signal: AbortSignal.timeout(60_000), etag: undefined });
  return loaded ?? { data: undefined };
}

async function packed(name: string): Promise<Taken> {
  const { data: json } = await withPackage(name, (folder) => read(join(folder, 'dist/providers/data')));
  return { json, date: dateOfPiAi(recordIn({ json }, 'json')) ?? '' };
}

/** Downloads the newest version of an npm package to a temporary folder, and reads it there. */
export async function withPackage<T>(name: string, readIn: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-refresh-'));
  try {
    const run = promisify(execFile);
    // Without a tag, npm selects a version for its own Node.
    const { stdout } = await run('npm', ['pack', `${name}@latest`, '--silent'], { cwd: folder });
    // npm prints the name of the archive.
    await run('tar', ['-xzf', stdout.trim()], { cwd: folder });
    return await readIn(join(folder, 'package'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fetched(url: string): Promise<Taken> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { json: await response.json(), date: new Date().toISOString().slice(0, 10) };
}
