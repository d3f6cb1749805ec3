import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeModels } from '../../../packages/calls/catalog/src/decode.ts';
import { folderOf } from '../../build/packages.ts';
import type { SourceName } from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { MODEL_ID_FILE, MODEL_ID_TYPES, modelIdsOf } from './model-ids.ts';
import { refresh, type Before } from './refresh.ts';
import { RULINGS } from './rulings-of-2026.ts';
import { downloadSdkModels } from './sdk-models.ts';
import { SOURCES, taken, type Taken } from './sources.ts';

// Usage: pnpm --filter @majordomo/catalog refresh [--from FOLDER --date models.dev=2026-07-02 --date …]
// FOLDER contains copies of the sources, of which a missing pi-ai is downloaded. The SDKs are always downloaded.

const SRC = join(folderOf('catalog'), 'src');

const { values } = parseArgs({
  options: { from: { type: 'string' }, date: { type: 'string', multiple: true, default: [] } },
});
const folder = values.from ?? process.env['CATALOG_SOURCES'];
const dates = Object.fromEntries(
  values.date.map((option): [name: string, day: string] => {
    const [name = '', day = ''] = option.split('=');
    return [name, day];
  }),
);

const names = Object.keys(SOURCES) as SourceName[];
const sources = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await taken(name, folder, dates)] as const)),
) as Record<SourceName, Taken>;

const { files, problems, models, date } = await refresh(
  sources,
  await before(),
  RULINGS,
  await downloadSdkModels(),
);
if (problems.length > 0) {
  console.error(
    `${problems.join('\n')}\n\n${problems.length} problems; resolve them in tooling/catalog/src/rulings-of-2026.ts. No file was written.`,
  );
  process.exitCode = 1;
} else {
  for (const [path, text] of files) await replaceFile(join(SRC, path), text);
  for (const type of MODEL_ID_TYPES) {
    const ofVendor = models.filter(({ vendor }) => vendor === type.vendor);
    await replaceFile(join(folderOf(type.provider), MODEL_ID_FILE), modelIdsOf(type, ofVendor, date));
  }
  console.log(report());
}

async function before(): Promise<Before> {
  const about = join(SRC, 'generated/about.ts');
  if (!existsSync(about)) return { date: '', models: () => Promise.resolve([]) };
  const { DATE } = (await import(about)) as { DATE: string };
  return {
    date: DATE,
    async models(vendor) {
      const chunk = join(SRC, `generated/${vendor}.ts`);
      return existsSync(chunk)
        ? decodeModels(vendor, ((await import(chunk)) as { rows: string }).rows).all()
        : [];
    },
  };
}

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, text);
}

function report(): string {
  const prices = models.flatMap((model) => model.prices.at(-1) ?? []);
  const counts = (['agreed', 'single', 'disputed', 'override'] as const).map(
    (trust) => `${prices.filter((price) => price.trust === trust).length} ${trust}`,
  );
  return `${models.length} models; prices: ${counts.join(', ')}`;
}
