import { abortable } from '@majordomo/core/toolkit';
import { APP_HOST, type ConnectedToolbox } from './client/app-host.ts';
import { isProgram } from './addresses.ts';
import { checkOptions } from './check-options.ts';
import { toLlmError } from './client/errors.ts';
import { getPrompt, listPrompts } from './client/prompts.ts';
import { listResources, readResource } from './client/resources.ts';
import { ServerTools } from './client/server-tools.ts';
import type { OwnedOptions } from './entry.ts';
import type { McpOptions, McpToolbox } from './options.ts';

/**
 * Connects to an MCP server and returns its tools as a toolbox. Close the toolbox when it is no longer needed. Rejects with
 * `config` for invalid options, and with `network`, `timeout` or `auth` if the connection fails.
 *
 * @example
 * await using files = await connectMcp({ name: 'files', place: { command: 'npx', args: ['mcp-files', folder] } });
 * const agent = createAgent({ model, toolboxes: [files] });
 */
export async function connectMcp(options: McpOptions): Promise<McpToolbox> {
  checkOptions(options);
  return openToolbox(options);
}

/** Connects with valid options. */
export async function openToolbox(options: OwnedOptions): Promise<McpToolbox> {
  const never = new AbortController().signal;
  const { signal = never } = options;
  const box = new ServerTools(options);
  const { connection } = box;
  try {
    // The store of the application does not receive the signal, so `abortable` ends the wait for it.
    await abortable(box.start(signal), signal);
  } catch (error) {
    const failure = toLlmError(error, { label: connection.label, signal });
    const closed = connection.close();
    // After an abort, wait only for the end of a program, because a server may not respond.
    if (!signal.aborted || isProgram(options.place)) await closed;
    throw failure;
  }
  const close = (): Promise<void> => connection.close();
  const toolbox: ConnectedToolbox = {
    name: options.name,
    get tools() {
      return box.tools;
    },
    get instructions() {
      return connection.instructions;
    },
    resources: () => listResources(connection),
    readResource: (uri, { signal } = {}) => readResource(connection, uri, signal),
    prompts: () => listPrompts(connection),
    prompt: (name, args = {}, { signal } = {}) => getPrompt(connection, name, args, signal),
    settle: (state, answers = {}) => box.settle(state, answers),
    refresh: () => connection.list(never),
    close,
    [Symbol.asyncDispose]: close,
    [APP_HOST]: box.appResults === undefined ? undefined : box,
  };
  return toolbox;
}
