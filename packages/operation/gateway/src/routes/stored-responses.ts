import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import { Expansion } from '../expansion.ts';
import { ResponseStore, type Json } from '../response-store.ts';
import { shortened, StoredItems } from '../openai-responses/stored-items.ts';
import type { Settings } from '../options.ts';
import { invalid } from '../parsing/fields.ts';

/** Paths of stored responses, with groups for the id and the rest of the path. */
export const STORED_RESPONSES: RegExp = /^\/v1\/responses\/([^/]+)(\/input_items|\/cancel)?$/;

const MAX_ITEMS = 100;
const DEFAULT_ITEMS = 20;

/** Returns the methods that a path accepts. `part`: path after the id. */
export const methodsOf = (part: string | undefined): readonly string[] =>
  part === '/cancel' ? ['POST'] : part === '/input_items' ? ['GET', 'HEAD'] : ['GET', 'HEAD', 'DELETE'];

/** Path of a stored response: its id, and the rest of the path. */
interface StoredPath {
  readonly id: string;
  readonly part: string | undefined;
}

/** Returns or deletes a stored response, or lists its input items. Refuses to cancel, because no response is in progress. */
export async function storedResponseRoute(
  context: RequestContext,
  { settings, concurrency }: GatewayContext,
  path: StoredPath,
): Promise<Response> {
  const notServed = 'this gateway stores no responses; its operator must set `responses` of createGateway';
  if (settings.responses === undefined) throw new Refusal('no-such-route', notServed);
  // A stored response may be as large as a request, so reading it counts as a call.
  const release = concurrency.enter();
  try {
    return await respond(context, settings, new ResponseStore(settings.responses, context), path);
  } finally {
    release();
  }
}

async function respond(
  context: RequestContext,
  settings: Settings,
  store: ResponseStore,
  { id, part }: StoredPath,
): Promise<Response> {
  const { request } = context;
  const stored = await store.get(id);
  if (stored === undefined)
    throw new Refusal('no-such-object', `Response with id '${shortened(id)}' not found.`);
  if (part === '/cancel')
    invalid('response_id', 'is not the id of a background response; other responses cannot be cancelled');
  if (part === '/input_items') return await inputItems(id, context, settings);
  if (request.method === 'DELETE') {
    await store.delete(id);
    return Response.json({ id, object: 'response', deleted: true });
  }
  if (new URL(request.url).searchParams.get('stream') === 'true')
    invalid('stream', 'is not supported for stored responses');
  return Response.json(stored.response);
}

/** Responds with a page of the input items of a response, which include the items of earlier responses. */
async function inputItems(id: string, context: RequestContext, settings: Settings): Promise<Response> {
  const query = new URL(context.request.url).searchParams;
  const limit = Number(query.get('limit') ?? DEFAULT_ITEMS);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_ITEMS)
    invalid('limit', `must be an integer from 1 to ${MAX_ITEMS}`);
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') invalid('order', 'must be asc or desc');
  const expansion = new Expansion(context, settings);
  const notFound = (): Refusal =>
    new Refusal('no-such-object', 'an earlier response has been deleted or has expired');
  const read = (): readonly Json[] =>
    new StoredItems(expansion).conversation(id, notFound, ({ input }) => input).items;
  const items = await expansion.complete(read(), read);
  const sorted = order === 'asc' ? items : items.toReversed();
  const after = query.get('after');
  const start = after === null ? 0 : sorted.findIndex((item) => item['id'] === after) + 1;
  if (after !== null && start === 0) invalid('after', 'is not the id of an input item of this response');
  const data = sorted.slice(start, start + limit);
  return Response.json({
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: start + limit < sorted.length,
  });
}
