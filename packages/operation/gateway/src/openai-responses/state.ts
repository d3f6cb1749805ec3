import type { GatewayContext, RequestContext } from '../context.ts';
import { reportToOperator } from '../errors/report.ts';
import type { ParseChat } from '../wire.ts';
import { parseResponses } from './read.ts';
import { storedItems } from './input-items.ts';
import { ResponseStore } from '../response-store.ts';
import { StoredItems, type ResponseState } from './stored-items.ts';

/** Returns the parser of a Responses request, which uses and stores responses if the option `responses` is set. */
export async function prepareResponses(context: RequestContext, gateway: GatewayContext): Promise<ParseChat> {
  const { responses, background } = gateway.settings;
  const tools = gateway.settings.mcp?.tools;
  const beginWith = tools && (await import('./mcp/with-mcp.ts')).beginWith(context, gateway, tools);
  const save =
    responses &&
    saveWith(new ResponseStore(responses, context.caller, context.request.signal), context, gateway);
  const hasBackground = background !== undefined;
  return (body, namedContent, media = namedContent) =>
    parseResponses(
      body,
      media,
      save && { items: new StoredItems(namedContent), save, hasBackground },
      beginWith?.(namedContent),
    );
}

/** Returns a function that stores a response and returns it. If the store fails, the returned response has `store: false`. */
const saveWith =
  (
    store: ResponseStore,
    { request, requestId }: RequestContext,
    { settings }: GatewayContext,
  ): ResponseState['save'] =>
  async (response, ids, { ancestors, input }) => {
    try {
      await store.put(ids.response, { ancestors, input: storedItems(input, ids), response });
      return response;
    } catch (error) {
      if (request.signal.aborted) throw error;
      reportToOperator(error, requestId, settings);
      return { ...response, store: false };
    }
  };
