import { LlmError, listeners } from '@majordomo/core';
import { checkNumber } from '@majordomo/core/toolkit';
import type { McpServer } from '@modelcontextprotocol/server';
import { Closing } from './closing.ts';
import { httpHandler, type HttpHandler } from './http-handler.ts';
import type { McpServerHandle, ServeOptions } from './options.ts';
import { listedTool } from './served-tool.ts';
import { newServer } from './server.ts';

/**
 * Serves tools to MCP clients, over stdio or as a fetch handler. Throws `config` for a duplicate tool name, and
 * `invalid-request` for a schema that has no JSON Schema.
 *
 *
 * @example
 * const server = serveMcp({ name: 'sky', version: '1.0.0', tools: [weather] });
 * await server.stdio();
 */
export function serveMcp(options: ServeOptions): McpServerHandle {
  const { tools, onError, sessions = 0 } = options;
  checkNumber(sessions, 0, 'sessions');
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length)
    throw new LlmError('config', 'serveMcp: two tools have the same name; rename one of them');
  const listed = tools.map(listedTool);
  const closing = new Closing();
  const onerror = onError === undefined ? undefined : listeners(onError);
  const factory = async (): Promise<McpServer> => newServer(options, byName, listed, closing);
  let handler: Promise<HttpHandler> | undefined;
  return {
    async stdio() {
      const { serveOnStdio } = await import('./serve-stdio.ts');
      using tracking = closing.track();
      await serveOnStdio(factory, onerror, tracking.signal);
    },
    async fetch(request) {
      if (closing.isOver) return CLOSED();
      handler ??= httpHandler(factory, onerror, sessions);
      return (await handler).fetch(request);
    },
    async close() {
      closing.close();
      await (await handler)?.close();
    },
  };
}

const CLOSED = (): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code: -32000, message: 'The server was closed' }, id: null },
    { status: 503 },
  );
