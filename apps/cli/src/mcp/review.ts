import type { ChangedTool, McpReview } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { loadSettings } from '../config/settings.ts';
import { openStores, storeOf } from '../keys/open-stores.ts';
import { remoteOptions } from '../keys/remote-api.ts';
import type { KeysPlace } from '../keys/with-keys.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { mcpOf } from '../serve/mcp-of.ts';
import { printable } from '../terminal/paint.ts';
import { codeFor } from '../terminal/print-error.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Options of `majordomo mcp changed` and `majordomo mcp approve`. */
export interface ReviewFlags extends KeysPlace {
  readonly json?: true;
}

const WHY = 'majordomo mcp';

/** Implements `majordomo mcp changed`. Prints the changed tools with their new definitions. */
export async function listChanged(flags: ReviewFlags, io: Io): Promise<ExitCode> {
  return withReview(flags, io, async (mcp) => {
    const changedTools = await mcp.changedTools();
    if (flags.json === true) writeJson(io.stdout, { changedTools });
    else if (changedTools.length === 0) io.stderr.write('No tool waits for an approval.\n');
    else for (const tool of changedTools) io.stdout.write(`${printable(lineOf(tool))}\n`);
    return EXIT.ok;
  });
}

/** Implements `majordomo mcp approve`. Approves the definitions with these hashes. */
export async function approveTools(hashes: readonly string[], flags: ReviewFlags, io: Io): Promise<ExitCode> {
  return withReview(flags, io, async (mcp) => {
    const changed = await mcp.changedTools();
    const chosen = hashes.flatMap((hash) => withHash(changed, hash));
    const approved = await mcp.approve(chosen);
    if (approved < chosen.length)
      throw new Stop('a definition has changed again; run majordomo mcp changed', EXIT.failed);
    if (flags.json === true) writeJson(io.stdout, { approved });
    else for (const tool of chosen) io.stdout.write(`approved ${printable(nameOf(tool))}\n`);
    return EXIT.ok;
  });
}

/**
 * Returns the tools with a definition. Several tools may have the same. A part of the hash is not accepted, because a server can make
 * two definitions whose hashes begin with the same characters.
 */
function withHash(changed: readonly ChangedTool[], hash: string): readonly ChangedTool[] {
  const found = changed.filter((tool) => tool.hash === hash);
  if (found.length === 0)
    throw new Stop(`no changed definition has the hash "${hash}"; see majordomo mcp changed`, EXIT.failed);
  return found;
}

const nameOf = ({ server, tool }: ChangedTool): string => `${server}__${tool}`;

const lineOf = (tool: ChangedTool): string => `${tool.hash}  ${nameOf(tool)}  ${tool.at}  ${tool.definition}`;

/** Runs a function with the MCP servers of a running gateway, or those of the configuration with its store. */
async function withReview<T>(
  { url, store }: ReviewFlags,
  io: Io,
  run: (mcp: Pick<McpReview, 'changedTools' | 'approve'>) => Promise<T>,
): Promise<T> {
  try {
    if (url !== undefined) {
      const loaded = await loadPackage('@majordomo/admin', io.cwd, WHY);
      const { remoteMcp } = loaded as typeof import('@majordomo/admin');
      return await run(remoteMcp(remoteOptions(url, io)));
    }
    const settings = await loadSettings(io);
    const { createLedger } = await import('@majordomo/ledger');
    await using stores = await openStores(storeOf(store, settings, io), settings, io, WHY);
    const { records, storeTimeoutMs } = stores;
    // Servers with prices require a ledger. A review calls no tool, so the ledger books nothing.
    await using mcp = await mcpOf(
      settings,
      { records, ledger: createLedger({ store: stores.ledger, storeTimeoutMs }) },
      io,
    );
    if (mcp === undefined) throw new Stop('the configuration has no MCP servers; set gateway.mcp.servers');
    return await run(mcp);
  } catch (error) {
    throw LlmError.is(error) ? new Stop(error.message, codeFor(error)) : error;
  }
}
