import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** Folder with a list of equivalent mutants for each package. */
export const FOLDER: string = join(import.meta.dirname, '../equivalent');

/** Mutant that no test can detect, because it does not change the behavior. */
export interface Equivalent extends Pick<Mutant, 'file' | 'before' | 'after'> {
  readonly why: string;
}

/** Reads the equivalent mutants of a package, such as `core`. */
export function equivalentOf(name: string): readonly Equivalent[] {
  const path = join(FOLDER, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Equivalent[]) : [];
}

type Change = Pick<Mutant, 'file' | 'before' | 'after'>;

/** Whether two mutants are the same change, wherever it is in the file. */
export const isSame = (a: Change, b: Change): boolean =>
  a.file === b.file && a.before === b.before && a.after === b.after;
