import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFileServer } from '@majordomo/conformance';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';

const MB = 1_000_000;
/** Size of the large document in megabytes. With SOAK=1, as in the nightly run, 200. */
const LARGE = process.env['SOAK'] === undefined ? 48 : 200;
const MAX_BYTES = 32 * 1024 * 1024;
const folder = suiteFolder();

/** Writes a document of `size` megabytes. Returns its path and its hash. */
function writeDocument(name: string, size: number): { readonly path: string; readonly sha256: string } {
  const path = join(folder, name);
  const hash = createHash('sha256');
  const handle = openSync(path, 'w');
  for (let part = 0; part < size; part++) {
    const bytes = Buffer.alloc(MB, `part ${part} `);
    hash.update(bytes);
    writeSync(handle, bytes);
  }
  closeSync(handle);
  return { path, sha256: hash.digest('hex') };
}

it.each(['openai/gpt-5.4', 'anthropic/claude-sonnet-5', 'google/gemini-3.7-flash'])(
  `a document of ${LARGE} MB is hashed and uploaded to %s with at most 32 MB more memory`,
  { timeout: 300_000 },
  async (spec) => {
    await using server = await startFileServer();
    const [small, large] = [writeDocument('small.pdf', 2), writeDocument('large.pdf', LARGE)];
    const child = join(import.meta.dirname, 'support/memory-process.ts');
    const args = ['--no-warnings', '--expose-gc', child, server.url, spec, small.path, large.path];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(server.uploads).toMatchObject([
      { size: 2 * MB, sha256: small.sha256 },
      { size: LARGE * MB, sha256: large.sha256 },
    ]);
    expect(stdout).toMatch(/^\d+\n$/);
    expect(Number(stdout)).toBeLessThan(MAX_BYTES);
  },
);
