import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the files of one test file; gone afterwards. */
export function folder(): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'majordomo-sqlite-'));
  afterAll(() => {
    rmSync(path, { recursive: true });
  });
  return (name) => join(path, name);
}
