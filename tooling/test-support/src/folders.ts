import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Creates a temporary folder that is removed after the current test. */
export function testFolder(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return folder;
}

/** Creates a temporary folder that is removed after the tests of the file, or of the `describe` that calls this function. */
export function suiteFolder(): string {
  const { folder, remove } = temporaryFolder();
  afterAll(remove);
  return folder;
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, remove };
}
