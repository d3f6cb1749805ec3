import { join } from 'node:path';
import type { Suite } from '../suite.ts';
import { install, runScenarios, VERSION } from './conformance.ts';

const PROGRAM = join(import.meta.dirname, 'client-program.ts');
const TIMEOUT_MS = 25_000;

/** Client of `connectMcp` against the servers of the suite. */
export const mcpClient: Suite = {
  name: 'mcp-client',
  standard: 'MCP client, 2025-11-25 and 2026-07-28, with authorization extensions',
  version: VERSION,
  run: async (isNewest) =>
    install(isNewest) ??
    runScenarios('client', () => [
      '--command',
      `${process.execPath} ${PROGRAM}`,
      '--timeout',
      String(TIMEOUT_MS),
    ]),
};
