import type { GatewayContext, RequestContext } from '../context.ts';
import type { NamedContent } from '../named-content.ts';
import type { BeginMcp } from './mcp-request.ts';

/** Returns a function that returns the MCP servers of a request, or `undefined` if the gateway has no tools of such servers. */
export const loadMcp = async (
  context: RequestContext,
  gateway: GatewayContext,
): Promise<((namedContent: NamedContent) => BeginMcp) | undefined> => {
  const tools = gateway.settings.mcp?.tools;
  return tools && (await import('./mcp/with-mcp.ts')).beginWith(context, gateway, tools);
};
