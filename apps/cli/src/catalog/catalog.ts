import type { Catalog, CatalogModel } from '@majordomo/catalog';
import type { CatalogEvent, CatalogSource } from '@majordomo/catalog/refresh';
import type { RecordStore } from '@majordomo/records';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { writeState } from '../files/state-file.ts';
import { writeJson } from '../terminal/write-json.ts';
import { catalogFile, catalogRecords, currentCatalog, rejectedFile, saveCatalog } from './current-catalog.ts';
import { npmSource } from './npm-source.ts';

/** Default source. Each release of `@majordomo/catalog` contains reviewed data. */
const RECOMMENDED = 'npm:@majordomo/catalog@latest';
/** Maximum duration of a download, in milliseconds. */
const LOAD_MS = 60_000;

interface ShowFlags {
  readonly json?: true;
}

/** Flags of `catalog diff` and `catalog update`. */
export interface SourceFlags extends ShowFlags {
  readonly from?: string;
  readonly accept?: readonly string[];
}

/** Implements `majordomo catalog`. Prints the date, the sources and the number of models and prices. */
export async function showCatalog(flags: ShowFlags, io: Io): Promise<ExitCode> {
  const catalog = await currentCatalog(io);
  const models = (await Promise.all(catalog.vendors.map((vendor) => catalog.models(vendor)))).flat();
  const { date, sources, vendors } = catalog;
  const counts = {
    vendors: vendors.length,
    models: models.length,
    priced: models.filter(({ prices }) => prices.length > 0).length,
    retiring: models.filter(({ retires = '' }) => retires >= date).length,
  };
  const older = olderVendors(models, sources, date);
  if (flags.json === true) writeJson(io.stdout, { date, file: catalogFile(io), sources, counts, older });
  else {
    const lines = [
      `Catalog of ${date}: ${counts.models} models of ${counts.vendors} vendors, ${counts.priced} with a price, ${counts.retiring} that retire`,
      ...sources.map((source) => `  ${source.name}, ${source.date}`),
      ...Object.entries(older).map(([day, names]) => `Prices of ${day} or older: ${names.join(', ')}`),
    ];
    io.stdout.write(`${printable(lines.join('\n'))}\n`);
  }
  return EXIT.ok;
}

/**
 * Returns the vendors without a price from the newest source, by the date of the newest source that lists them. Vendors without any
 * price are absent.
 */
function olderVendors(
  models: readonly CatalogModel[],
  sources: Catalog['sources'],
  date: string,
): Readonly<Record<string, readonly string[]>> {
  const dates = new Map(sources.map((source) => [source.name, source.date]));
  const newest = new Map<string, string>();
  for (const { vendor, prices } of models)
    for (const name of prices.flatMap((price) => price.sources)) {
      const day = dates.get(name);
      if (day !== undefined && day > (newest.get(vendor) ?? '')) newest.set(vendor, day);
    }
  const byDay: Record<string, string[]> = {};
  for (const [vendor, day] of [...newest].filter(([, day]) => day < date)) (byDay[day] ??= []).push(vendor);
  return byDay;
}

/** Implements `majordomo catalog diff`. Prints the changes that an update would make. */
export const diffCatalog = async (flags: SourceFlags, io: Io): Promise<ExitCode> =>
  (await check(flags, io)).code;

/** Implements `majordomo catalog update`. Writes the file that all commands use. A rejected change leaves the file unchanged. */
export async function updateCatalog(flags: SourceFlags, io: Io): Promise<ExitCode> {
  const { code, event, records, rejected } = await check(flags, io);
  if (rejected.length > 0) writeState(rejectedFile(io), rejected);
  else if (event.type === 'refreshed') rmSync(rejectedFile(io), { force: true });
  if (code !== EXIT.ok || event.type !== 'refreshed') return code;
  const file = catalogFile(io);
  await saveCatalog(file, records);
  io.stderr.write(`${printable(file)} now contains the catalog of ${event.date}.\n`);
  return code;
}

interface Checked {
  readonly code: ExitCode;
  readonly event: CatalogEvent;
  /** Models with a rejected price, as `vendor/id`. */
  readonly rejected: readonly string[];
  /** Content for the file that all commands use. */
  readonly records: RecordStore;
}

/** Checks a source without changing the stored file, and prints the result. */
async function check({ from = RECOMMENDED, json, accept = [] }: SourceFlags, io: Io): Promise<Checked> {
  const { refreshed } = await import('@majordomo/catalog/refresh');
  const records = await catalogRecords(catalogFile(io));
  const source = await sourceOf(from, io);
  const catalog = await refreshed({ from: source, records, everyMs: 0, accept, timeoutMs: LOAD_MS });
  const event = await catalog.refresh();
  const changes = event.type === 'refreshed' ? event.changes : [];
  const rejected = changes.flatMap(({ vendor, id, refused }) =>
    refused === undefined ? [] : [`${vendor}/${id}`],
  );
  const error = event.type === 'failed' ? event.error.message : undefined;
  if (json === true) writeJson(io.stdout, { result: event.type, date: catalog.date, error, changes });
  else print(event, io);
  const code = error === undefined && rejected.length === 0 ? EXIT.ok : EXIT.failed;
  return { code, event, records, rejected };
}

async function sourceOf(from: string, io: Io): Promise<CatalogSource> {
  if (from.startsWith('npm:')) return npmSource(from.slice('npm:'.length), io);
  if (/^https?:/.test(from)) return from;
  const { fileSource } = await import('@majordomo/catalog/node');
  return fileSource(resolve(io.cwd, from));
}

function print(event: CatalogEvent, { stdout, stderr }: Io): void {
  if (event.type === 'failed') stderr.write(`${printable(event.error.message)}\n`);
  if (event.type === 'unchanged') stdout.write('The source has no newer data.\n');
  if (event.type !== 'refreshed') return;
  for (const { type, vendor, id, rates } of event.changes)
    stdout.write(`${printable(`${type.padEnd(8)}  ${[`${vendor}/${id}`, ...rates].join('  ')}`)}\n`);
  for (const { vendor, id, refused } of event.changes)
    if (refused !== undefined) stderr.write(`${printable(`${vendor}/${id} rejected: ${refused}`)}\n`);
  if (event.changes.some(({ refused }) => refused !== undefined))
    stderr.write(
      'Compare the rejected prices with those of the vendor, then repeat with --accept vendor/id.\n',
    );
}
