import { LlmError, messageOf } from '@majordomo/core';
import { atLeast, checkOptions as checkKinds, Semaphore } from '@majordomo/core/toolkit';
import { checkOptions } from './check-options.ts';
import { connectMcp } from './connect-mcp.ts';
import type { McpOptions, McpToolbox } from './options.ts';

/** Result of `connectMcpServers`. */
export interface McpServers extends AsyncDisposable {
  /** Toolboxes of the connected servers, in the order of the options. */
  readonly toolboxes: readonly McpToolbox[];
  /** Names of the servers that could not be connected, with the error, in the order of the options. */
  readonly failures: readonly { readonly name: string; readonly error: Error }[];
  /** Closes all toolboxes. */
  close(): Promise<void>;
}

/** Options of `connectMcpServers`. */
export interface ConnectServersOptions {
  /** Maximum number of servers to which the function connects at the same time. @default unlimited */
  readonly concurrency?: number | undefined;
  /** Whether the failure of one server disconnects all servers and rejects the call. @default false */
  readonly required?: boolean | undefined;
  /** Signal that aborts the connection attempts. It has no effect after the servers are connected. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to several servers at the same time. A server that fails is listed in `failures`. Rejects with `config` for invalid
 * options and for two servers of the same name, before any server is started. If the signal aborts, rejects with its reason if this is
 * an `LlmError`, otherwise with `aborted`.
 *
 * @example
 * await using servers = await connectMcpServers([files, tracker], { concurrency: 8 });
 * const agent = createAgent({ model, toolboxes: servers.toolboxes });
 */
export async function connectMcpServers(
  servers: readonly McpOptions[],
  options: ConnectServersOptions = {},
): Promise<McpServers> {
  const { concurrency = Infinity, required = false, signal } = options;
  checkKinds('connectMcpServers', options, {
    concurrency: atLeast(1),
    required: 'boolean',
    signal: 'object with addEventListener',
  });
  checkServers(servers);
  const slots = new Semaphore(concurrency);
  const failed = new AbortController();
  const signals = signal === undefined ? [failed.signal] : [failed.signal, signal];
  const results = await Promise.all(
    servers.map(async (server) => {
      const either = AbortSignal.any(server.signal === undefined ? signals : [...signals, server.signal]);
      try {
        return await slots.run(either, () => connectMcp({ ...server, signal: either }));
      } catch (error) {
        if (required) failed.abort(error);
        return { name: server.name, error: asError(error) };
      }
    }),
  );
  const toolboxes = results.filter((result) => 'tools' in result);
  const close = async (): Promise<void> => {
    await Promise.all(toolboxes.map((toolbox) => toolbox.close()));
  };
  if (failed.signal.aborted || signal?.aborted === true) {
    await close();
    throw asError(failed.signal.aborted ? failed.signal.reason : signal?.reason);
  }
  const failures = results.filter((result) => 'error' in result);
  return { toolboxes, failures, close, [Symbol.asyncDispose]: close };
}

function checkServers(servers: readonly McpOptions[]): void {
  const names = new Set<string>();
  for (const [at, server] of servers.entries()) {
    checkOptions(server);
    const path = `servers[${at}].name`;
    if (names.has(server.name))
      throw new LlmError(
        'config',
        `connectMcpServers: ${path}: two servers are named "${server.name}"; use unique names`,
        { path },
      );
    names.add(server.name);
  }
}

const asError = (error: unknown): Error =>
  LlmError.is(error)
    ? error
    : new LlmError('aborted', `connectMcpServers was aborted: ${messageOf(error)}`, {}, { cause: error });
