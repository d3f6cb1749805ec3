import { loadServer, observeHandlers } from '@majordomo/mcp/internal';
import type { McpServer } from '@modelcontextprotocol/server';
import type { McpContext } from '@majordomo/gateway';
import { ClientRequests, type ContextOf } from './client-requests.ts';
import type { ClientIo } from './client-scope.ts';

/** Maximum number of times that a call asks a client of protocol 2025. */
const MAX_ROUNDS = 32;

/**
 * Returns a server of the SDK that answers the requests of a client.
 *
 * @param single name of the server at `/mcp/NAME`; `undefined` at `/mcp`, for all servers
 * @param first context of the request for which the server is created
 */
export async function clientServer(
  single: string | undefined,
  io: ClientIo,
  contextOf: ContextOf,
  first: McpContext,
): Promise<McpServer> {
  const sdk = await loadServer();
  const requests = new ClientRequests(sdk, single, io, contextOf);
  const { capabilities, instructions } = await requests.offer(first);
  const made = new sdk.McpServer(
    { name: 'majordomo', version: '1.0.0' },
    {
      capabilities,
      ...(instructions !== undefined && { instructions }),
      inputRequired: { maxRounds: MAX_ROUNDS },
    },
  );
  const { around } = io.options;
  // Wraps the handlers that are registered from here on.
  if (around !== undefined) observeHandlers(made, around, { server: single, transport: 'tcp' });
  const { server } = made;
  const { prompts, resources, completions, logging } = capabilities;
  server.setRequestHandler('tools/list', async (_request, context) => ({
    tools: await requests.listTools(contextOf(context)),
  }));
  server.setRequestHandler('tools/call', ({ params }, context) => requests.callTool(params, context));
  if (prompts !== undefined) {
    server.setRequestHandler('prompts/list', async (_request, context) => ({
      prompts: (await requests.list('prompts', context)) as never,
    }));
    server.setRequestHandler('prompts/get', ({ method, params }, context) =>
      requests.call(method, params, context),
    );
  }
  if (resources !== undefined) {
    server.setRequestHandler('resources/list', async (_request, context) => ({
      resources: (await requests.list('resources', context)) as never,
    }));
    server.setRequestHandler('resources/templates/list', async (_request, context) => ({
      resourceTemplates: (await requests.list('templates', context)) as never,
    }));
    server.setRequestHandler('resources/read', ({ method, params }, context) =>
      requests.call(method, params, context),
    );
  }
  if (resources?.subscribe === true) {
    server.setRequestHandler('resources/subscribe', async ({ params }, context) => {
      await requests.subscribe(params.uri, contextOf(context), context.mcpReq.signal);
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', async ({ params }, context) => {
      await requests.unsubscribe(params.uri, contextOf(context));
      return {};
    });
  }
  if (completions !== undefined)
    server.setRequestHandler('completion/complete', ({ method, params }, context) =>
      requests.call(method, params, context),
    );
  if (logging !== undefined)
    server.setRequestHandler('logging/setLevel', async ({ params }, context) => {
      await requests.setLevel({ level: params.level }, context);
      return {};
    });
  return made;
}
