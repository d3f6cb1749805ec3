/**
 * Functions that the MCP gateway shares. A minor version may change them: a package outside of this repository that imports them
 * depends on an exact version.
 * @module
 */
export { isSecure } from './addresses.ts';
export { checkOptions } from './check-options.ts';
export { Connection } from './client/connection.ts';
export { contentOf } from './client/content.ts';
export { isUnprocessed, toLlmError } from './client/errors.ts';
export { fingerprintOf } from './client/mcp-tools.ts';
export { ANY_RESULT, startedTask } from './client/tasks.ts';
export { identifiedConnections, type IdentifiedConnections } from './connections/create-connections.ts';
export type { OwnedOptions } from './entry.ts';
export { loadServer } from './sdk.ts';
export { observeHandlers } from './serve/observed-server.ts';
export { processBus } from './serve/changes.ts';
export { httpHandler, rpcError, type HttpHandler, type HttpSessions } from './serve/http-handler.ts';
export { questionOf } from './server-requests/elicitation.ts';
export { FORWARDED, type Forwarding, type ServerNotice } from './forwarding.ts';
