/**
 * Functions that the MCP gateway shares. A minor version may change them: a package outside of this repository that imports them
 * depends on an exact version.
 * @module
 */
export { isSecure } from './addresses.ts';
export { checkOptions } from './check-options.ts';
export { Connection, TOTAL_MS } from './client/connection.ts';
export { contentOf } from './client/content.ts';
export { isUnprocessed, toLlmError } from './client/errors.ts';
export { fingerprintOf } from './client/mcp-tools.ts';
export { listTemplates } from './client/resources.ts';
export { ANY_RESULT, startedTask } from './client/tasks.ts';
export { identifiedConnections, type IdentifiedConnections } from './connections/create-connections.ts';
export type { OwnedOptions } from './entry.ts';
export { RPC_CODE } from './rpc-codes.ts';
export { loadServer } from './sdk.ts';
export { observeHandlers } from './serve/observed-server.ts';
export { processBus, subscriptionProblem } from './serve/changes.ts';
export { httpHandler, rpcError, type HttpHandler, type HttpSessions } from './serve/http-handler.ts';
export { INVALID_STATE } from './serve/rounds-state.ts';
export { errorResult } from './serve/served-tool.ts';
export { questionOf } from './server-requests/elicitation.ts';
export { CUT_OFF } from './transport/server-transport.ts';
export { FORWARDED, type Forwarding, type ServerNotice } from './forwarding.ts';
