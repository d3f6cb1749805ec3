import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Suite } from '../suite.ts';
import { install, runScenarios, VERSION } from './conformance.ts';

const PROGRAM = join(import.meta.dirname, 'server-program.ts');

/** Server of `serveMcp` against the clients of the suite. */
export const mcpServer: Suite = {
  name: 'mcp-server',
  standard: 'MCP server, 2025-11-25 and 2026-07-28',
  version: VERSION,
  async run(isNewest) {
    const problem = install(isNewest);
    if (problem !== undefined) return problem;
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    try {
      const url = await addressOf(child);
      return await runScenarios('server', () => ['--url', url]);
    } finally {
      child.kill();
    }
  },
};

async function addressOf(child: ChildProcess): Promise<string> {
  const failed = once(child, 'exit').then(([status]) => {
    throw new Error(`the server ended with status ${String(status)}`);
  });
  const [url] = (await Promise.race([once(child, 'message'), failed])) as [string];
  failed.catch(() => undefined);
  return url;
}
