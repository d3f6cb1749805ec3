import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalog } from '../src/catalog.ts';
import { catalogDocument } from '../src/refresh/document.ts';

// Writes the snapshot as `catalog.json`, the recommended source of `refreshed`: the last step of the build.

const path = join(import.meta.dirname, '../dist/catalog.json');
await writeFile(path, `${JSON.stringify(await catalogDocument(catalog))}\n`);
