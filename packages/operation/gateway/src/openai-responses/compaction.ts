import type * as Context from '@majordomo/context';
import { Refusal } from '../errors/refusal.ts';
import { object } from '../parsing/fields.ts';
import { NO_EQUIVALENT, Notes } from '../parsing/notes.ts';
import { nowInSeconds } from '../response/seconds.ts';
import type { Json } from '../response-store.ts';
import type { ParsedRequest, PrepareChat } from '../wire.ts';
import { compactionItem } from './compaction-text.ts';
import { storedItems } from './input-items.ts';
import { ResponseIds } from './response-ids.ts';
import { responsesUsage } from './response.ts';
import { prepareResponses } from './state.ts';
import { shortened, StoredItems } from './stored-items.ts';

/** Members of a request for a compaction. All others are dropped, such as `stream` and `tools`: the answer is always complete. */
const MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'previous_response_id',
  // Refused, as in a request for a response.
  'conversation',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
]);

/**
 * Parses a request for a compaction. Its answer contains the user messages of the conversation and an item with a summary, which every
 * target can read, because the item is text. The call is a chat with the model of the request. The summary does not contain the
 * `instructions`, because a client sends them with each request. The parameter is the optional package, which the route has loaded.
 */
export const prepareCompaction =
  ({ summaryOrder }: typeof Context): PrepareChat =>
  async (context, gateway) => {
    const prepare = await prepareResponses(context, gateway);
    return (value, namedContent): ParsedRequest => {
      const body = object(value, '').value;
      const notes = new Notes();
      for (const name of Object.keys(body)) if (!MEMBERS.has(name)) notes.dropped(name, NO_EQUIVALENT);
      const known = Object.entries(body).filter(([name]) => MEMBERS.has(name));
      const input = body['input'] ?? [];
      const parsed = prepare({ ...Object.fromEntries(known), input, store: false }, namedContent);
      const { request, textOf: checkedSummary } = summaryOrder(parsed.request.messages);
      const { serviceTier, cache } = parsed.request;
      return {
        ...parsed,
        request: { ...request, serviceTier, cache },
        notes: [...parsed.notes, ...notes.all],
        complete(response) {
          const ids = new ResponseIds();
          const kept = userMessages(body, new StoredItems(namedContent), ids);
          return {
            id: ids.response,
            object: 'response.compaction',
            created_at: nowInSeconds(),
            output: [...kept, compactionItem(checkedSummary(response), ids)],
            usage: responsesUsage(response.usage),
          };
        },
      };
    };
  };

/** Returns the user messages of the conversation as items. */
function userMessages(body: Json, items: StoredItems, ids: ResponseIds): readonly Json[] {
  const { previous_response_id: previous, input = [] } = body;
  const earlier =
    typeof previous === 'string' ? items.conversation(previous, () => notFound(previous)).items : [];
  return [...earlier, ...storedItems(input, ids)]
    .flatMap((item): readonly Json[] => {
      const placed = item['type'] === 'item_reference' ? items.referenced(item['id']) : item;
      return placed === undefined ? [] : [placed];
    })
    .filter((item) => item['type'] === 'message' && item['role'] === 'user');
}

const notFound = (id: string): Refusal =>
  new Refusal('invalid-request', `Previous response with id '${shortened(id)}' not found.`);
