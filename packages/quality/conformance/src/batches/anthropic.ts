import { asList, asRecord } from '@majordomo/core/toolkit';
import {
  type BatchItem,
  type BatchReply,
  type BatchRoute,
  type ReceivedBatchRequest,
  routeOf,
} from './contract.ts';
import { type BatchState, countsOf, isOver, type ItemReply, itemOf, type OpenBatch } from './state.ts';

/** Returns the endpoints of the Message Batches API. Source: types of @anthropic-ai/sdk 1.12. */
export function anthropicRoutes(state: BatchState): readonly BatchRoute[] {
  const route = routeOf('anthropic');
  const missing = failure(state, 404, 'not_found_error', 'no such batch');
  const look = state.onBatch(missing, (batch, request) => state.json(jobOf(state.look(batch), request)));
  const results = state.onBatch(missing, (batch) => {
    if (batch.replies.length === 0) return failure(state, 404, 'not_found_error', 'the batch has no results');
    const lines = state.lines(batch, lineOf).map((line) => `${line.text}\n`);
    return { status: 200, headers: { 'content-type': 'application/x-jsonl' }, body: lines.join('') };
  });
  const cancel = state.onBatch(missing, (batch, request) => {
    if (batch.state !== 'running') return failure(state, 400, 'invalid_request_error', 'the batch has ended');
    batch.state = 'cancelling';
    return state.json(jobOf(batch, request));
  });
  return [
    route('create', 'POST', /^\/v1\/messages\/batches$/, (request) => create(state, request)),
    route('find', 'GET', /^\/v1\/messages\/batches$/, ({ query }) => list(state, query)),
    route('look', 'GET', /^\/v1\/messages\/batches\/([^/]+)$/, look),
    route('results', 'GET', /^\/v1\/messages\/batches\/([^/]+)\/results$/, results),
    route('cancel', 'POST', /^\/v1\/messages\/batches\/([^/]+)\/cancel$/, cancel),
  ];
}

const failure = (state: BatchState, status: number, type: string, message: string): BatchReply =>
  state.json({ type: 'error', error: { type, message }, request_id: 'req_test' }, status);

const VALID_ID = /^[a-zA-Z0-9_-]{1,64}$/;

function create(state: BatchState, request: ReceivedBatchRequest): BatchReply {
  const items: BatchItem[] = [];
  const ids = new Set<string>();
  for (const each of asList(asRecord(request.body)['requests'])) {
    const { custom_id: id = '', params } = asRecord(each);
    const fail = (): BatchReply =>
      failure(state, 400, 'invalid_request_error', `requests.${items.length}: not valid`);
    if (typeof id !== 'string' || !VALID_ID.test(id) || ids.has(id)) return fail();
    if (asRecord(params)['stream'] === true) return fail();
    ids.add(id);
    items.push(itemOf('anthropic', id, params));
  }
  const batch = state.create(request, 'msgbatch_', items);
  if (batch.failure !== undefined) {
    // The API rejects the request, so the batch that `create` has put first does not exist.
    state.batches.shift();
    return failure(state, 400, 'invalid_request_error', batch.failure.message);
  }
  return state.json(jobOf(batch, request));
}

function jobOf(batch: OpenBatch, { origin }: Pick<ReceivedBatchRequest, 'origin'>): object {
  const { ref: id, items, state, createdAt } = batch;
  const isEnded = isOver(batch);
  const { completed, failed, cancelled, expired } = countsOf(batch);
  return {
    id,
    type: 'message_batch',
    processing_status: isEnded ? 'ended' : state === 'running' ? 'in_progress' : 'canceling',
    request_counts: {
      processing: isEnded ? 0 : items.length,
      succeeded: completed,
      errored: failed,
      canceled: cancelled,
      expired,
    },
    created_at: new Date(createdAt).toISOString(),
    expires_at: new Date(createdAt + 86_400_000).toISOString(),
    // The state contains no time of the end.
    ended_at: isEnded ? new Date(createdAt).toISOString() : null,
    results_url: isEnded ? `${origin}/v1/messages/batches/${id}/results` : null,
  };
}

function list(state: BatchState, query: URLSearchParams): BatchReply {
  const all = state.batchesOf('anthropic');
  const from = all.findIndex(({ ref }) => ref === query.get('after_id')) + 1;
  const page = all.slice(from, from + Math.min(Number(query.get('limit') ?? 20), state.script.pageSize));
  return state.json({
    data: page.map((batch) => jobOf(batch, { origin: '' })),
    has_more: from + page.length < all.length,
    first_id: page[0]?.ref ?? null,
    last_id: page.at(-1)?.ref ?? null,
  });
}

function lineOf(custom_id: string, reply: ItemReply): object {
  if ('result' in reply) {
    return { custom_id, result: { type: reply.result === 'cancelled' ? 'canceled' : reply.result } };
  }
  const isError = reply.status >= 400;
  const result = isError
    ? { type: 'errored', error: reply.body }
    : { type: 'succeeded', message: withTier(reply.body) };
  return { custom_id, result };
}

/** Adds the service tier `batch` to the usage, as the vendor does. */
function withTier(message: unknown): object {
  const { usage, ...rest } = asRecord(message);
  return { ...rest, ...(usage !== undefined && { usage: { ...asRecord(usage), service_tier: 'batch' } }) };
}
