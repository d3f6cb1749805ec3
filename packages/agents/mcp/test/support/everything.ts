import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connectMcp, type McpOptions, type McpToolbox } from '../../src/index.ts';

const PACKAGE = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/package.json',
);

/** Arguments that start server-everything over stdio. */
export const EVERYTHING: { readonly command: string; readonly args: readonly string[] } = {
  command: process.execPath,
  args: [join(PACKAGE, '../dist/index.js')],
};

/** Connects to server-everything over stdio. */
export async function everything(options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  const box = await connectMcp({ name: 'everything', prefix: '', place: EVERYTHING, ...options });
  onTestFinished(() => box.close());
  return box;
}
