import { asList, asNumber, asRecord, asText, tryParseJson } from '@majordomo/core/toolkit';
import { isFile, readForm } from '../wires/operations/form.ts';
import type { BatchItem, BatchReply, BatchRoute, BatchVendor, ReceivedBatchRequest } from './contract.ts';
import { type BatchState, type ItemReply, itemOf, type OpenBatch, type ResultLine } from './state.ts';

/** Returns the endpoints for OpenAI's files and batches (openai 7.57), and for Mistral's jobs (@mistralai/mistralai 2.7). */
export function openaiRoutes(state: BatchState): readonly BatchRoute[] {
  const route = (
    vendor: BatchVendor,
    step: BatchRoute['step'],
    method: string,
    path: RegExp,
    run: BatchRoute['run'],
  ): BatchRoute => ({ vendor, step, method, path, run });
  const withBatch =
    (vendor: BatchVendor, run: (batch: OpenBatch) => BatchReply): BatchRoute['run'] =>
    ({ params: [ref = ''] }) => {
      const batch = state.batch(vendor, ref);
      return batch === undefined ? missing(state) : run(batch);
    };
  return [
    route('openai', 'upload', 'POST', /^\/v1\/files$/, async ({ bytes, headers }) => {
      const { purpose, file } = await readForm(bytes, headers['content-type'] ?? '');
      if (purpose !== 'batch' || !isFile(file)) return invalid(state, 'expected a file with purpose batch');
      const { id, name } = state.addFile('file-', file.name, new TextDecoder().decode(file.bytes));
      return state.json({ id, object: 'file', purpose, filename: name });
    }),
    route('openai', 'find-upload', 'GET', /^\/v1\/files$/, ({ query }) => {
      const files = [...state.files.values()].map(({ id, name }) => ({ id, object: 'file', filename: name }));
      return list(state, files, query);
    }),
    route('openai', 'results', 'GET', /^\/v1\/files\/([^/]+)\/content$/, ({ params: [id = ''] }) => {
      const file = state.files.get(id);
      if (file === undefined) return missing(state);
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: file.text };
    }),
    route('openai', 'delete', 'DELETE', /^\/v1\/files\/([^/]+)$/, ({ params: [id = ''] }) =>
      state.files.delete(id) ? state.json({ id, deleted: true }) : missing(state),
    ),
    route('openai', 'create', 'POST', /^\/v1\/batches$/, (request) => create(state, request)),
    route('openai', 'find', 'GET', /^\/v1\/batches$/, ({ query }) =>
      list(
        state,
        state.batches.filter(({ vendor }) => vendor === 'openai').map((batch) => openaiJob(batch, state)),
        query,
      ),
    ),
    route(
      'openai',
      'look',
      'GET',
      /^\/v1\/batches\/([^/]+)$/,
      withBatch('openai', (batch) => state.json(openaiJob(state.look(batch), state))),
    ),
    route(
      'openai',
      'cancel',
      'POST',
      /^\/v1\/batches\/([^/]+)\/cancel$/,
      withBatch('openai', (batch) => {
        if (batch.state !== 'running')
          return invalid(state, `cannot cancel a batch with status '${batch.state}'`, 409);
        batch.state = 'cancelling';
        return state.json(openaiJob(batch, state));
      }),
    ),
    route('mistral', 'create', 'POST', /^\/v1\/batch\/jobs$/, (request) => create(state, request)),
    route('mistral', 'find', 'GET', /^\/v1\/batch\/jobs$/, ({ query }) =>
      list(
        state,
        state.batches.filter(({ vendor }) => vendor === 'mistral').map((batch) => mistralJob(batch, state)),
        query,
      ),
    ),
    route(
      'mistral',
      'look',
      'GET',
      /^\/v1\/batch\/jobs\/([^/]+)$/,
      withBatch('mistral', (batch) => state.json(mistralJob(state.look(batch), state))),
    ),
    route(
      'mistral',
      'cancel',
      'POST',
      /^\/v1\/batch\/jobs\/([^/]+)\/cancel$/,
      withBatch('mistral', (batch) => {
        if (batch.state === 'running') batch.state = 'cancelling';
        return state.json(mistralJob(batch, state));
      }),
    ),
  ];
}

const missing = (state: BatchState): BatchReply =>
  state.json({ error: { message: 'No such object', type: 'invalid_request_error' } }, 404);

const invalid = (state: BatchState, message: string, status = 400): BatchReply =>
  state.json({ error: { message, type: 'invalid_request_error', code: null } }, status);

function create(state: BatchState, request: ReceivedBatchRequest): BatchReply {
  const isOpenAI = request.vendor === 'openai';
  const { input_file_id, input_files, endpoint, completion_window, timeout_hours, model } = asRecord(
    request.body,
  );
  const input = asText(isOpenAI ? input_file_id : asList(input_files)[0]) ?? '';
  const file = state.files.get(input);
  if (file === undefined) return invalid(state, `no such file: ${input}`);
  if (isOpenAI ? completion_window !== '24h' : asNumber(timeout_hours) === undefined)
    return invalid(state, 'the time of the batch is missing');
  const items: BatchItem[] = [];
  const ids = new Set<unknown>();
  for (const [at, text] of file.text.trimEnd().split('\n').entries()) {
    const { custom_id: id, method, url, body } = asRecord(tryParseJson(text));
    const fail = (): BatchReply => invalid(state, `line ${at + 1} of the input is not valid`);
    // Mistral's lines name no endpoint, and the batch names the model.
    const isAddressed = isOpenAI ? method === 'POST' && url === endpoint : model !== undefined;
    if (!isAddressed || body === undefined || 'stream' in asRecord(body)) return fail();
    if (typeof id !== 'string' || ids.has(id)) return fail();
    ids.add(id);
    items.push(itemOf(request.vendor, id, body, asText(model)));
  }
  const batch = state.create(request, isOpenAI ? 'batch_' : 'job-', items, input);
  return state.json(isOpenAI ? openaiJob(batch, state) : mistralJob(batch, state));
}

/**
 * Returns the id of the file with answers and that of the file with errors. An id is `undefined` if its file has no lines. The files
 * are written once, when the batch has ended.
 */
function resultFilesOf(batch: OpenBatch, state: BatchState): readonly (string | undefined)[] {
  if (batch.resultFiles !== undefined) return batch.resultFiles;
  if (batch.replies.length === 0) return [];
  const lines = state.lines(batch, lineOf);
  const isError = ({ reply }: ResultLine): boolean =>
    reply !== undefined && ('result' in reply || reply.status >= 400);
  const fileOf = (own: readonly ResultLine[]): string | undefined =>
    own.length === 0 ? undefined : state.addFile('file-', '', own.map(({ text }) => `${text}\n`).join('')).id;
  batch.resultFiles = [fileOf(lines.filter((line) => !isError(line))), fileOf(lines.filter(isError))];
  return batch.resultFiles;
}

function lineOf(id: string, reply: ItemReply): object {
  const line = { id: `batch_req_${id}`, custom_id: id };
  if ('result' in reply) {
    const error = { code: `batch_${reply.result}`, message: `This request was ${reply.result}.` };
    return { ...line, response: null, error };
  }
  const response = { status_code: reply.status, request_id: `req_${id}`, body: reply.body };
  return { ...line, response, error: null };
}

/** Returns the number of answered requests and the number of failed requests. */
function countsOf({ replies }: OpenBatch): { readonly completed: number; readonly failed: number } {
  const completed = replies.filter(([, reply]) => 'status' in reply && reply.status < 400).length;
  return { completed, failed: replies.length - completed };
}

/** OpenAI's names for the states of a batch. Omits the states that OpenAI names as this server does. */
const STATUS: Readonly<Record<string, string>> = { running: 'in_progress', ended: 'completed' };

function openaiJob(batch: OpenBatch, state: BatchState): object {
  const { endpoint, metadata } = asRecord(batch.body);
  const [output, errors] = resultFilesOf(batch, state);
  const status = STATUS[batch.state] ?? batch.state;
  return {
    id: batch.ref,
    object: 'batch',
    endpoint,
    completion_window: '24h',
    input_file_id: batch.input,
    metadata,
    status,
    created_at: Math.floor(batch.createdAt / 1000),
    expires_at: Math.floor(batch.createdAt / 1000) + 86_400,
    request_counts: { total: batch.items.length, ...countsOf(batch) },
    output_file_id: output,
    error_file_id: errors,
    errors: batch.failure && { object: 'list', data: [{ ...batch.failure, line: 1, param: null }] },
  };
}

const MISTRAL_STATES: Readonly<Record<OpenBatch['state'], string>> = {
  running: 'RUNNING',
  cancelling: 'CANCELLATION_REQUESTED',
  ended: 'SUCCESS',
  expired: 'TIMEOUT_EXCEEDED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
};

function mistralJob(batch: OpenBatch, state: BatchState): object {
  const { endpoint, metadata, model } = asRecord(batch.body);
  const [output, errors] = resultFilesOf(batch, state);
  const { completed, failed } = countsOf(batch);
  return {
    id: batch.ref,
    object: 'batch',
    input_files: [batch.input],
    endpoint,
    model,
    metadata,
    status: MISTRAL_STATES[batch.state],
    created_at: Math.floor(batch.createdAt / 1000),
    total_requests: batch.items.length,
    completed_requests: completed + failed,
    succeeded_requests: completed,
    failed_requests: failed,
    output_file: output,
    error_file: errors,
    errors: batch.failure === undefined ? [] : [{ ...batch.failure, count: 1 }],
  };
}

/** Returns a page of a list: the page after the object `after` (OpenAI), or the page with the number `page` (Mistral). */
function list(
  state: BatchState,
  objects: readonly { readonly id?: string }[],
  query: URLSearchParams,
): BatchReply {
  const size = Math.min(Number(query.get('limit') ?? query.get('page_size') ?? 100), state.script.pageSize);
  const after = query.get('after');
  const from =
    after === null ? Number(query.get('page') ?? 0) * size : objects.findIndex(({ id }) => id === after) + 1;
  const data = objects.slice(from, from + size);
  const hasMore = query.has('page') ? undefined : from + size < objects.length;
  return state.json({ object: 'list', data, has_more: hasMore, total: objects.length });
}
