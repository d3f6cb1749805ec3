import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Creates a folder for the files of one test file, and removes it after the tests. */
export function folder(): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'majordomo-sqlite-'));
  afterAll(() => {
    rmSync(path, { recursive: true });
  });
  return (name) => join(path, name);
}
