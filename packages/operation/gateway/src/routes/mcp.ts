import type { RefusalKind } from '../errors/refusal.ts';
import type { FormatFailure } from '../wire.ts';

const MCP = /^\/mcp(?:\/[\w-]{1,64})?$/;

/** Whether a path is that of all MCP servers, or of one. */
export const isMcp = (path: string): boolean => MCP.test(path);

/** Error codes of JSON-RPC. Of the kind `invalid-request` is a body that cannot be read. The code of any other kind is -32000. */
const CODES: Readonly<Partial<Record<RefusalKind, number>>> = {
  'invalid-request': -32_700,
  'no-such-route': -32_601,
  config: -32_603,
};

/** Formats a refusal as an error of JSON-RPC. */
export const mcpFailure: FormatFailure = ({ kind, message, code }) => ({
  jsonrpc: '2.0',
  error: { code: CODES[kind] ?? -32_000, message, data: { type: code ?? kind } },
  id: null,
});
