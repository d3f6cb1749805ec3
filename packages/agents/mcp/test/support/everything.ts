import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { connectMcp, type McpOptions, type McpToolbox } from '../../src/index.ts';
import { COMPILE_CACHE } from './compile-cache.ts';
import { testToolbox } from './world.ts';

const PACKAGE = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/package.json',
);

/** Arguments that start server-everything over stdio. */
export const EVERYTHING: {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} = {
  command: process.execPath,
  args: [join(PACKAGE, '../dist/index.js')],
  env: COMPILE_CACHE,
};

/** Connects to one server-everything for all tests of a file. Call this function outside of a test. */
export function sharedEverything(): () => McpToolbox {
  let box: McpToolbox | undefined;
  beforeAll(async () => {
    box = await connectMcp({ name: 'everything', prefix: '', place: EVERYTHING });
  });
  afterAll(() => box?.close());
  return () => {
    if (box === undefined) throw new Error('the server is started before the tests');
    return box;
  };
}

/** Connects to server-everything over stdio. */
export async function everything(options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  return testToolbox({ name: 'everything', prefix: '', place: EVERYTHING, ...options });
}
