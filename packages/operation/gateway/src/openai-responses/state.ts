import type { GatewayContext, RequestContext } from '../context.ts';
import { reportToOperator } from '../errors/report.ts';
import type { PrepareChat } from '../wire.ts';
import { parseResponses } from './read.ts';
import { responseIdOf, type ResponseIds } from './response-ids.ts';
import { ResponseStore, type Json } from '../response-store.ts';
import { StoredItems, type ResponseState } from './stored-items.ts';

/** Returns the parser of a Responses request, which uses and stores responses if the option `responses` is set. */
export const prepareResponses: PrepareChat = (context, gateway) => {
  const { responses } = gateway.settings;
  if (responses === undefined) return parseResponses;
  const save = saveWith(new ResponseStore(responses, context), context, gateway);
  return (body, expansion) => parseResponses(body, expansion, { items: new StoredItems(expansion), save });
};

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

/** Prefixes of item ids, by item type. */
const PREFIXES: ReadonlyMap<unknown, string> = new Map([
  ['function_call', 'fc_'],
  ['function_call_output', 'fco_'],
  ['custom_tool_call', 'ctc_'],
  ['custom_tool_call_output', 'ctco_'],
  ['reasoning', 'rs_'],
]);

/** Returns the input as items with ids. Items of earlier responses retain their ids, and references remain references. */
function storedItems(input: unknown, ids: ResponseIds): readonly Json[] {
  const items = Array.isArray(input) ? (input as readonly Json[]) : [{ role: 'user', content: input }];
  return items.map((item) => {
    const { id, type = 'message', role, content, ...members } = item as Json & { readonly role?: unknown };
    if (type === 'item_reference') return { type, id };
    const isKnown = typeof id === 'string' && responseIdOf(id) !== undefined;
    return {
      type,
      id: isKnown ? id : ids.item(PREFIXES.get(type) ?? 'msg_'),
      ...(role !== undefined && { role }),
      ...(content !== undefined && { content: contentList(content, role) }),
      ...members,
    };
  });
}

/** Returns the content of a message as a list of parts. */
const contentList = (content: unknown, role: unknown): unknown =>
  typeof content === 'string'
    ? [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: content }]
    : content;
