import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Suite } from '../suite.ts';
import { install } from '../install.ts';
import { FOLDER, runScenarios, VERSION } from './conformance.ts';

const programOf = (name: string): string => join(import.meta.dirname, `${name}-program.ts`);
/** Maximum time of the client's program in a scenario, in milliseconds. */
const TIMEOUT_MS = 25_000;

/** Client of `connectMcp` against the servers of the suite. */
export const mcpClient: Suite = {
  name: 'mcp-client',
  standard: 'MCP client, 2025-11-25 and 2026-07-28, with authorization extensions',
  version: VERSION,
  run: async (isNewest) =>
    install(FOLDER, isNewest) ??
    runScenarios('client', [
      '--command',
      `${process.execPath} ${programOf('client')}`,
      '--timeout',
      String(TIMEOUT_MS),
    ]),
};

/** Server of `serveMcp` against the clients of the suite. */
export const mcpServer: Suite = {
  name: 'mcp-server',
  standard: 'MCP server, 2025-11-25 and 2026-07-28',
  version: VERSION,
  run: (isNewest) => runAgainst(['server'], isNewest),
};

/** The same server behind `mcpGateway`. Its results should be those of the server. */
export const mcpGateway: Suite = {
  name: 'mcp-gateway',
  standard: 'MCP server behind the gateway, 2025-11-25 and 2026-07-28',
  version: VERSION,
  run: (isNewest) => runAgainst(['server', 'gateway'], isNewest),
};

/** Starts the programs, each with the address of the one before, and runs the suite against the last one. */
async function runAgainst(
  programs: readonly string[],
  isNewest: boolean | undefined,
): ReturnType<Suite['run']> {
  const problem = install(FOLDER, isNewest);
  if (problem !== undefined) return problem;
  const children: ChildProcess[] = [];
  let url = '';
  try {
    for (const program of programs) {
      const child = spawn(process.execPath, [programOf(program), url], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.push(child);
      url = await addressOf(child);
    }
    return await runScenarios('server', ['--url', url]);
  } finally {
    for (const child of children) child.kill();
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  const failed = once(child, 'exit').then(([status]) => {
    throw new Error(`the server ended with status ${String(status)}`);
  });
  const [url] = (await Promise.race([once(child, 'message'), failed])) as [string];
  // The program is ended after the suite, and this must not be an unhandled rejection.
  failed.catch(() => undefined);
  return url;
}
