import { messageOf, type JsonObject } from '@majordomo/core';
import { callOptions, type GatewayContext, type RequestContext } from '../../context.ts';
import { Refusal, whileConnected } from '../../errors/refusal.ts';
import { reportToOperator } from '../../errors/report.ts';
import type { NamedContent } from '../../named-content.ts';
import type { McpAnswer, McpRemote, McpTool, McpTools, RouteContext } from '../../options.ts';

/** Tools of a server, or the reason for which the server returned none. */
export interface ListedTools {
  readonly tools: readonly McpTool[];
  readonly error: string | undefined;
}

/** Server of a request. */
export interface RequestedServer {
  /** Label that the client gives the server. */
  readonly label: string;
  /** Name of a server of the gateway, or a server that the client names by its address. */
  readonly place: string | McpRemote;
}

/** Call of a tool. */
export interface McpCall {
  readonly place: RequestedServer['place'];
  readonly tool: string;
  readonly args: JsonObject;
  /** Metadata that the client sent. The events of the call contain it. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** MCP servers that the caller of one request may use. */
export interface McpServers {
  /** Returns the tools of a server, or `undefined` until they are loaded. The load refuses an unknown server at `path`. */
  list(server: RequestedServer, path: string): ListedTools | undefined;
  /** Calls a tool. Rejects only if the client has disconnected. */
  call(call: McpCall): Promise<McpAnswer>;
}

/** Code of JSON-RPC for a failure of the gateway. */
const INTERNAL_ERROR = -32_603;

/** Returns the MCP servers for a request. */
export function mcpServers(
  context: RequestContext,
  gateway: GatewayContext,
  tools: McpTools,
  namedContent: NamedContent,
): McpServers {
  const routeContext = (
    metadata: McpCall['metadata'],
    signal: AbortSignal = context.request.signal,
  ): RouteContext => {
    const { caller, requestId, path } = context;
    return { caller, requestId, path, call: { ...callOptions(context, metadata, gateway), signal } };
  };
  return {
    list: ({ label, place }, path) =>
      namedContent.value(
        `mcp ${label}`,
        (signal) => listTools(tools, { place, path }, routeContext(undefined, signal)),
        // An address counts as a URL of the request, and a name of a server of the gateway does not.
        typeof place === 'string' ? undefined : path,
      ),
    async call({ place, tool, args, metadata, signal = context.request.signal }) {
      try {
        const calling = (): Promise<McpAnswer> =>
          tools.call(place, tool, args, routeContext(metadata, signal));
        return await whileConnected(calling, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        reportToOperator(error, context.requestId, gateway.settings);
        return {
          code: INTERNAL_ERROR,
          message: 'the gateway could not call the tool; its operator receives the reason',
        };
      }
    },
  };
}

async function listTools(
  tools: McpTools,
  { place, path }: { readonly place: RequestedServer['place']; readonly path: string },
  context: RouteContext,
): Promise<ListedTools> {
  const { signal = new AbortController().signal } = context.call;
  let listed: readonly McpTool[] | undefined;
  try {
    listed = await whileConnected(() => tools.list(place, context), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    // `McpTools.list` rejects with a message for the client. `McpTools.call` does not, so only the operator receives its reason.
    return { tools: [], error: messageOf(error) };
  }
  if (listed !== undefined) return { tools: listed, error: undefined };
  const what = typeof place === 'string' ? 'name' : 'address';
  throw new Refusal('invalid-request', `${path} is not the ${what} of an MCP server that you may use`, {
    path,
  });
}
