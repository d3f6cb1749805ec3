import { asList, asNumber, asRecord, asText, tryParseJson } from '@majordomo/core/toolkit';
import { isFile, readForm } from '../wires/operations/form.ts';
import {
  type BatchItem,
  type BatchReply,
  type BatchRoute,
  type ReceivedBatchRequest,
  routeOf,
} from './contract.ts';
import {
  type BatchState,
  countsOf,
  type ItemReply,
  itemOf,
  type OpenBatch,
  type ResultLine,
} from './state.ts';

/** Returns the endpoints for OpenAI's files and batches (openai 7.57), and for Mistral's jobs (@mistralai/mistralai 2.7). */
export function openaiRoutes(state: BatchState): readonly BatchRoute[] {
  const route = routeOf('openai');
  return [
    route('upload', 'POST', /^\/v1\/files$/, async ({ bytes, headers }) => {
      const { purpose, file } = await readForm(bytes, headers['content-type'] ?? '');
      if (purpose !== 'batch' || !isFile(file)) return invalid(state, 'expected a file with purpose batch');
      const { id, name } = state.addFile('file-', file.name, new TextDecoder().decode(file.bytes));
      return state.json({ id, object: 'file', purpose, filename: name });
    }),
    route('find-upload', 'GET', /^\/v1\/files$/, ({ query }) => {
      const files = [...state.files.values()].map(({ id, name }) => ({ id, object: 'file', filename: name }));
      return list(state, files, query);
    }),
    route('results', 'GET', /^\/v1\/files\/([^/]+)\/content$/, state.fileContent(missing(state))),
    route('delete', 'DELETE', /^\/v1\/files\/([^/]+)$/, ({ params: [id = ''] }) =>
      state.files.delete(id) ? state.json({ id, deleted: true }) : missing(state),
    ),
    ...batchRoutes('openai', '/v1/batches', state),
    ...batchRoutes('mistral', '/v1/batch/jobs', state),
  ];
}

function batchRoutes(vendor: 'openai' | 'mistral', path: string, state: BatchState): readonly BatchRoute[] {
  const route = routeOf(vendor);
  const look = state.onBatch(missing(state), (batch) => state.json(jobOf(state.look(batch), state)));
  const cancel = state.onBatch(missing(state), (batch) => {
    // For a batch that does not run, OpenAI rejects the cancellation, and Mistral returns the unchanged batch.
    if (batch.state === 'running') batch.state = 'cancelling';
    else if (vendor === 'openai')
      return invalid(state, `cannot cancel a batch with status '${batch.state}'`, 409);
    return state.json(jobOf(batch, state));
  });
  return [
    route('create', 'POST', new RegExp(`^${path}$`), (request) => create(state, request)),
    route('find', 'GET', new RegExp(`^${path}$`), ({ query }) => {
      const jobs = state.batchesOf(vendor).map((batch) => jobOf(batch, state));
      return list(state, jobs, query);
    }),
    route('look', 'GET', new RegExp(`^${path}/([^/]+)$`), look),
    route('cancel', 'POST', new RegExp(`^${path}/([^/]+)/cancel$`), cancel),
  ];
}

/** Batch as a vendor reports it. */
interface Job {
  readonly id: string;
  readonly [member: string]: unknown;
}

const jobOf = (batch: OpenBatch, state: BatchState): Job =>
  batch.vendor === 'openai' ? openaiJob(batch, state) : mistralJob(batch, state);

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
  return state.json(jobOf(batch, state));
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
  batch.resultFiles = [lines.filter((line) => !isError(line)), lines.filter(isError)].map((own) =>
    state.addResults('file-', own),
  );
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

/** Returns the number of answered requests, and that of all others. */
function numbersOf(batch: OpenBatch): { readonly completed: number; readonly failed: number } {
  const { completed } = countsOf(batch);
  return { completed, failed: batch.replies.length - completed };
}

/** OpenAI's names for the states of a batch. Omits the states that OpenAI names as this server does. */
const STATUS: Readonly<Record<string, string>> = { running: 'in_progress', ended: 'completed' };

function openaiJob(batch: OpenBatch, state: BatchState): Job {
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
    request_counts: { total: batch.items.length, ...numbersOf(batch) },
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

function mistralJob(batch: OpenBatch, state: BatchState): Job {
  const { endpoint, metadata, model } = asRecord(batch.body);
  const [output, errors] = resultFilesOf(batch, state);
  const { completed, failed } = numbersOf(batch);
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
