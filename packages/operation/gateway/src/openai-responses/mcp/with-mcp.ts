/** Code that only a gateway with MCP servers needs, in one file, because bundlers write a file for each import. */
export { beginWith } from './request.ts';
export { mcpRoute } from '../../mcp-route.ts';
