import { asNumber, asRecord, asText, tryParseJson } from '@majordomo/core/toolkit';
import {
  type BatchItem,
  type BatchReply,
  type BatchRequest,
  type BatchRoute,
  type ReceivedBatchRequest,
  routeOf,
} from './contract.ts';
import { type BatchState, countsOf, isOver, type ItemReply, itemOf, type OpenBatch } from './state.ts';

/** Upload that has not ended. */
interface Upload {
  readonly name: string;
  readonly chunks: Uint8Array[];
}

/** Returns the endpoints of the Gemini API for files and batches. Source: types and requests of @google/genai 3.1. */
export function googleRoutes(state: BatchState): readonly BatchRoute[] {
  const uploads = new Map<string, Upload>();
  const route = routeOf('google');
  const missing = failure(state, 404, 'NOT_FOUND', 'no such batch or file');
  const look = state.onBatch(missing, (batch) => state.json(jobOf(state.look(batch), state)));
  const cancel = state.onBatch(missing, (batch) => {
    if (batch.state !== 'running') return failure(state, 400, 'FAILED_PRECONDITION', 'the batch has ended');
    batch.state = 'cancelling';
    return state.json({});
  });
  return [
    route('upload', 'POST', /^\/upload\/v1beta\/files$/, (request) => upload(state, uploads, request)),
    route('find-upload', 'GET', /^\/v1beta\/files$/, ({ query }) =>
      list(state, 'files', [...state.files.values()].map(fileOf), query),
    ),
    route('delete', 'DELETE', /^\/v1beta\/(files\/[^/]+)$/, ({ params: [id = ''] }) =>
      // The vendor reports a missing file with status 403.
      state.files.delete(id)
        ? state.json({})
        : failure(state, 403, 'PERMISSION_DENIED', `no such file: ${id}`),
    ),
    route('create', 'POST', /^\/v1beta\/models\/([^/:]+):batchGenerateContent$/, (request) =>
      create(state, request),
    ),
    route('find', 'GET', /^\/v1beta\/batches$/, ({ query }) => {
      const jobs = state.batchesOf('google').map((batch) => jobOf(batch, state));
      return list(state, 'operations', jobs, query);
    }),
    route('look', 'GET', /^\/v1beta\/(batches\/[^/:]+)$/, look),
    route('cancel', 'POST', /^\/v1beta\/(batches\/[^/:]+):cancel$/, cancel),
    route('results', 'GET', /^\/download\/v1beta\/(files\/[^/:]+):download$/, state.fileContent(missing)),
  ];
}

const failure = (state: BatchState, code: number, status: string, message: string): BatchReply =>
  state.json({ error: { code, status, message } }, code);

const fileOf = ({ id, name }: { readonly id: string; readonly name: string }): object => ({
  name: id,
  displayName: name,
  mimeType: 'application/jsonl',
  state: 'ACTIVE',
});

/** Starts an upload. With an `upload_id`, adds bytes to this upload, and ends it if the request finalizes the upload. */
function upload(
  state: BatchState,
  uploads: Map<string, Upload>,
  { query, headers, body, bytes, origin }: ReceivedBatchRequest,
): BatchReply {
  const uploadId = query.get('upload_id');
  if (uploadId === null) {
    const name = asText(asRecord(asRecord(body)['file'])['displayName']) ?? '';
    const id = `upload-${uploads.size}`;
    uploads.set(id, { name, chunks: [] });
    const url = `${origin}/upload/v1beta/files?upload_id=${id}`;
    return { ...state.json({}), headers: { 'x-goog-upload-url': url, 'content-type': 'application/json' } };
  }
  const started = uploads.get(uploadId);
  if (started === undefined) return failure(state, 404, 'NOT_FOUND', 'no such upload');
  started.chunks.push(bytes);
  const isFinal = headers['x-goog-upload-command']?.includes('finalize') === true;
  const head = { 'content-type': 'application/json', 'x-goog-upload-status': isFinal ? 'final' : 'active' };
  if (!isFinal) return { status: 200, headers: head, body: '{}' };
  const text = new TextDecoder().decode(Buffer.concat(started.chunks));
  const file = state.addFile('files/f', started.name, text);
  return { ...state.json({ file: fileOf(file) }), headers: head };
}

function create(state: BatchState, request: ReceivedBatchRequest): BatchReply {
  const [model = ''] = request.params;
  const { inputConfig, displayName } = asRecord(asRecord(request.body)['batch']);
  const input = asText(asRecord(inputConfig)['fileName']) ?? '';
  const file = state.files.get(input);
  if (file === undefined || typeof displayName !== 'string')
    return failure(state, 400, 'INVALID_ARGUMENT', 'the input file or the display name is missing');
  const items: BatchItem[] = [];
  for (const text of file.text.trimEnd().split('\n')) {
    const { key, request: body } = asRecord(tryParseJson(text));
    if (typeof key !== 'string' || body === undefined)
      return failure(state, 400, 'INVALID_ARGUMENT', `line ${items.length + 1} is not valid`);
    items.push(itemOf('google', key, body, model));
  }
  return state.json(jobOf(state.create(request, 'batches/b', items, input), state));
}

const STATES: Readonly<Record<OpenBatch['state'], string>> = {
  running: 'BATCH_STATE_RUNNING',
  cancelling: 'BATCH_STATE_RUNNING',
  ended: 'BATCH_STATE_SUCCEEDED',
  expired: 'BATCH_STATE_EXPIRED',
  cancelled: 'BATCH_STATE_CANCELLED',
  failed: 'BATCH_STATE_FAILED',
};

/**
 * Returns a batch as an operation. Also adds the file with the results when the batch is over. If the batch expired or was
 * cancelled, its unprocessed requests have no line in the results.
 */
function jobOf(batch: OpenBatch, state: BatchState): object {
  const { displayName } = asRecord(asRecord(batch.body)['batch']);
  if (isOver(batch)) {
    const replies = batch.replies.filter(([, reply]) => !('result' in reply && reply.result === batch.state));
    batch.resultFiles ??= [state.addResults('files/r', state.lines({ ...batch, replies }, lineOf))];
  }
  const [responsesFile] = batch.resultFiles ?? [];
  const { completed, failed } = countsOf(batch);
  return {
    name: batch.ref,
    metadata: {
      displayName,
      state: STATES[batch.state],
      createTime: new Date(batch.createdAt).toISOString(),
      batchStats: {
        requestCount: String(batch.items.length),
        successfulRequestCount: String(completed),
        failedRequestCount: String(failed),
      },
      inputConfig: { fileName: batch.input },
      output: responsesFile === undefined ? undefined : { responsesFile },
    },
    done: isOver(batch),
    // The gRPC code 3 means that an argument is invalid.
    error: batch.failure && { code: 3, message: batch.failure.message },
  };
}

/** gRPC codes by HTTP status. */
const CODES: Readonly<Record<number, number>> = { 400: 3, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14, 504: 4 };

function lineOf(key: string, reply: ItemReply): object {
  if ('result' in reply) {
    const isCancelled = reply.result === 'cancelled';
    // The gRPC codes 1 and 4 mean that a request was cancelled, and that its time is over.
    return { key, error: { code: isCancelled ? 1 : 4, message: `the request was ${reply.result}` } };
  }
  if (reply.status < 400) return { key, response: reply.body };
  const { message } = asRecord(asRecord(reply.body)['error']);
  return { key, error: { code: CODES[reply.status] ?? 13, message } };
}

function list(
  state: BatchState,
  member: string,
  objects: readonly object[],
  query: BatchRequest['query'],
): BatchReply {
  const from = Number(query.get('pageToken') ?? 0);
  const size = Math.min(asNumber(Number(query.get('pageSize') ?? 100)) ?? 100, state.script.pageSize);
  const next = from + size;
  return state.json({
    [member]: objects.slice(from, next),
    nextPageToken: next < objects.length ? String(next) : undefined,
  });
}
