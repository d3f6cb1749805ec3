import { join } from 'node:path';
import { ROOT } from '../../build/packages.ts';

export { folderOf, ROOT } from '../../build/packages.ts';

/** Returns a path in the folder of recordings and programs next to the checkout. The folder is not part of the project. */
export const inShared = (path: string): string => join(ROOT, '../shared', path);
