import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import { NamedContent } from '../named-content.ts';
import { isUnfinished, type Json, type ResponseSource, type StoredResponse } from '../response-store.ts';
import {
  responsesOf,
  whileStoreResponds,
  type CurrentResponses,
} from '../openai-responses/current-responses.ts';
import { shortened, StoredItems } from '../openai-responses/stored-items.ts';
import type { Settings } from '../options.ts';
import { invalid } from '../parsing/fields.ts';
import { EVENT_STREAM_HEADERS } from '../response/event-stream.ts';
import { jobEvents } from './background.ts';

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

/**
 * Returns, streams, cancels or deletes a stored response, or lists its input items. Only background responses can be streamed and
 * cancelled.
 */
export async function storedResponseRoute(
  context: RequestContext,
  gateway: GatewayContext,
  path: StoredPath,
): Promise<Response> {
  const notServed = 'this gateway stores no responses; its operator must set `responses` of createGateway';
  const responses = responsesOf(context, gateway);
  if (responses === undefined) throw new Refusal('no-such-route', notServed);
  // A stored response may be as large as a request, so reading it counts as a call.
  const { leave: release } = gateway.concurrency.enter();
  try {
    const { request } = context;
    const isStreamed = new URL(request.url).searchParams.get('stream') === 'true';
    if (path.part === undefined && request.method === 'GET' && isStreamed)
      return await streamStored(responses, path.id, release, context, gateway);
    const response = await respond(context, gateway, responses, path);
    release();
    return response;
  } catch (error) {
    release();
    throw error;
  }
}

async function respond(
  context: RequestContext,
  { settings }: GatewayContext,
  responses: CurrentResponses,
  { id, part }: StoredPath,
): Promise<Response> {
  const { request } = context;
  if (part === '/cancel') return Response.json(await cancelled(responses, id));
  if (request.method === 'DELETE') return await remove(responses, id);
  const { response } = await required(responses, id);
  if (part === '/input_items') return await inputItems(id, context, settings, responses);
  if (new URL(request.url).searchParams.has('starting_after'))
    invalid('starting_after', 'requires stream=true');
  return Response.json(response);
}

/** Returns a response. Throws a refusal if it is unknown. */
async function required(responses: ResponseSource, id: string): Promise<StoredResponse> {
  const stored = await responses.get(id);
  if (stored !== undefined) return stored;
  throw new Refusal('no-such-object', `Response with id '${shortened(id)}' not found.`);
}

/** Cancels a background response that has not ended. Returns its last state. */
async function cancelled(responses: CurrentResponses, id: string): Promise<Json> {
  const stored = await required(responses, id);
  if (stored.job === undefined)
    invalid('response_id', 'is not the id of a background response; other responses cannot be cancelled');
  if (!isUnfinished(stored)) return stored.response;
  const job = await responses.job(id);
  if (job !== undefined) await whileStoreResponds(() => job.cancel());
  return (await required(responses, id)).response;
}

/** Deletes a response. Cancels a background response that has not ended. */
async function remove(responses: CurrentResponses, id: string): Promise<Response> {
  // The stored state is sufficient, because the state of the job does not matter.
  const stored = await required(responses.store, id);
  const job = stored.job && (await responses.job(id));
  await whileStoreResponds(async () => {
    await job?.cancel();
    await job?.remove();
  });
  await responses.store.delete(id);
  return Response.json({ id, object: 'response', deleted: true });
}

async function streamStored(
  responses: CurrentResponses,
  id: string,
  release: () => void,
  context: RequestContext,
  gateway: GatewayContext,
): Promise<Response> {
  const stored = await required(responses.store, id);
  const job = stored.job && (await responses.job(id));
  if (job === undefined)
    invalid('stream', 'is supported only for background responses whose events are still stored');
  const after = startingAfter(context.request);
  const { trace } = context;
  trace.isStreamed = true;
  const endStream = trace.beginStream(gateway.metrics);
  const onEnd = (): void => {
    release();
    endStream();
  };
  const body = jobEvents({ id, stored, job, after, onEnd }, context, gateway);
  return new Response(body, { headers: EVENT_STREAM_HEADERS });
}

/** Returns the number of the last event that the client has, or -1. */
function startingAfter({ url }: Request): number {
  const text = new URL(url).searchParams.get('starting_after');
  if (text === null) return -1;
  return /^\d{1,12}$/.test(text) ? Number(text) : invalid('starting_after', 'must be the number of an event');
}

/** Responds with a page of the input items of a response, which include the items of earlier responses. */
async function inputItems(
  id: string,
  context: RequestContext,
  settings: Settings,
  responses: ResponseSource,
): Promise<Response> {
  const query = new URL(context.request.url).searchParams;
  const limit = Number(query.get('limit') ?? DEFAULT_ITEMS);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_ITEMS)
    invalid('limit', `must be an integer from 1 to ${MAX_ITEMS}`);
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') invalid('order', 'must be asc or desc');
  const namedContent = new NamedContent(context, settings, responses);
  const notFound = (): Refusal =>
    new Refusal('no-such-object', 'an earlier response has been deleted or has expired');
  const read = (): readonly Json[] =>
    new StoredItems(namedContent).conversation(id, notFound, ({ input }) => input).items;
  const items = await namedContent.complete(read(), read);
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
