import { isRecord } from '@majordomo/core/toolkit';
import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import { reportToOperator } from '../errors/report.ts';
import { object, nonEmptyString } from '../parsing/fields.ts';
import type { ParseChat } from '../wire.ts';
import { parseResponses } from './read.ts';
import { responseIdOf, type ResponseIds } from './response-ids.ts';
import { itemsOf, ResponseStore, type ResponseState, type StoredResponse } from './response-store.ts';

type Json = Readonly<Record<string, unknown>>;

/** Loads the state of a Responses request. Returns a function that parses the request. */
export async function prepareResponses(
  value: unknown,
  context: RequestContext,
  { settings }: GatewayContext,
): Promise<ParseChat> {
  if (settings.responses === undefined || !isRecord(value)) return parseResponses;
  const store = new ResponseStore(settings.responses, context);
  const previousId = object(value, '').optional('previous_response_id', nonEmptyString);
  const previous = previousId === undefined ? undefined : await store.get(previousId);
  const history = previous === undefined ? [] : await store.conversation(previous);
  if (history === undefined || (previousId !== undefined && previous === undefined))
    throw noPrevious(`${previousId}`);
  const ancestors = previousId === undefined ? [] : [...(previous?.ancestors ?? []), previousId];
  const input = await withoutReferences(value['input'], store);
  const state: ResponseState = {
    history,
    input,
    async save(response, ids) {
      try {
        await store.put(ids.response, { ancestors, input: storedItems(input, ids), response });
        return response;
      } catch (error) {
        if (context.request.signal.aborted) throw error;
        reportToOperator(error, context.requestId, settings);
        return { ...response, store: false };
      }
    },
  };
  return (body, media) => parseResponses(body, media, state);
}

const noPrevious = (id: string): Refusal =>
  new Refusal('invalid-request', `Previous response with id '${shortened(id)}' not found.`, {
    path: 'previous_response_id',
    code: 'previous_response_not_found',
  });

/** Returns an id, truncated to 100 characters for an error message. */
export const shortened = (id: string): string => id.slice(0, 100);

/** Replaces references to items of earlier responses with the items. */
async function withoutReferences(input: unknown, store: ResponseStore): Promise<unknown> {
  if (!Array.isArray(input)) return input;
  const loading = new Map<string, Promise<StoredResponse | undefined>>();
  const referenced = async (id: unknown): Promise<Json> => {
    const responseId = typeof id === 'string' ? (responseIdOf(id) ?? '') : '';
    const loaded = loading.get(responseId) ?? store.get(responseId);
    loading.set(responseId, loaded);
    const stored = await loaded;
    const item = stored && itemsOf(stored).find((each) => each['id'] === id);
    if (item === undefined)
      throw new Refusal('no-such-object', `Item with id '${shortened(String(id))}' not found.`, {
        path: 'input',
      });
    return item;
  };
  return Promise.all(
    input.map((item: unknown) =>
      isRecord(item) && item['type'] === 'item_reference' ? referenced(item['id']) : item,
    ),
  );
}

/** Prefixes of item ids, by item type. */
const PREFIXES: ReadonlyMap<unknown, string> = new Map([
  ['function_call', 'fc_'],
  ['function_call_output', 'fco_'],
  ['custom_tool_call', 'ctc_'],
  ['custom_tool_call_output', 'ctco_'],
  ['reasoning', 'rs_'],
]);

/** Returns the input as items with ids. Items of earlier responses retain their ids. */
function storedItems(input: unknown, ids: ResponseIds): readonly Json[] {
  const items = Array.isArray(input) ? (input as readonly Json[]) : [{ role: 'user', content: input }];
  return items.map((item) => {
    const { id, type = 'message', role, content, ...members } = item as Json & { readonly role?: unknown };
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
