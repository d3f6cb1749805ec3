import type { GatewayContext, RequestContext } from '../context.ts';
import type { NamedContent } from '../named-content.ts';
import type { BeginMcp } from './mcp-request.ts';

/** Returns a function that returns the MCP servers of a request, or `undefined` if the gateway has no tools of such servers. */
export async function loadMcp(
  context: RequestContext,
  gateway: GatewayContext,
): Promise<((namedContent: NamedContent) => BeginMcp) | undefined> {
  const tools = gateway.settings.mcp?.tools;
  if (tools === undefined) return undefined;
  const { beginMcp } = await import('./mcp/request.ts');
  return (namedContent) => beginMcp(context, gateway, { tools, namedContent });
}
