import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalog } from '../../packages/calls/catalog/src/catalog.ts';
import { catalogDocument } from '../../packages/calls/catalog/src/refresh/document.ts';
import { folderOf } from './packages.ts';

// Last step of the build of catalog: writes the snapshot as `catalog.json`, which is the recommended source for `refreshed`.

const path = join(folderOf('catalog'), 'dist/catalog.json');
await writeFile(path, `${JSON.stringify(await catalogDocument(catalog))}\n`);
