import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalog } from '../src/catalog.ts';
import { catalogDocument } from '../src/refresh/document.ts';

// Last step of the build: writes the snapshot as `catalog.json`, which is the recommended source for `refreshed`.

const path = join(import.meta.dirname, '../dist/catalog.json');
await writeFile(path, `${JSON.stringify(await catalogDocument(catalog))}\n`);
