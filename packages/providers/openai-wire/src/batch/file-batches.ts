import type { BatchContext, BatchLine } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import {
  batchId,
  batchLines,
  batchRequest,
  FILE_TYPE,
  ignoreGone,
  isGone,
  type FileBatchRequests,
} from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';
import { TOKEN_MEMBER, type BatchTarget, type Jobs, type Json } from './jobs.ts';

/** Maximum clock difference to the vendor, in milliseconds. `find` stops at a batch created before `since` minus this value. */
const CLOCK_DIFFERENCE_MS = 3_600_000;

/** Creates the request functions of a batch API whose input is an uploaded file. */
export function fileBatches({ open }: Connection, jobs: Jobs, target: BatchTarget): FileBatchRequests {
  const json = (
    method: 'get' | 'post',
    path: string,
    context: BatchContext,
    body?: string | FormData,
  ): Promise<Json> =>
    batchRequest(context, open, async (requestContext, session) =>
      asRecord(await (await session.send(method, path, requestContext, body)).json()),
    );
  const jobPath = (ref: string): string => `${jobs.path}/${encodeURIComponent(ref)}`;

  /** Iterates over the objects of a list, page by page. Ends after a page without a new object, because some servers ignore the page. */
  async function* list(path: string, context: BatchContext): AsyncGenerator<Json> {
    const ids = new Set<unknown>();
    let page: Json | undefined;
    for (let number = 0; ; number++) {
      const query = jobs.pageQuery(number, page);
      if (query === undefined) return;
      page = await json('get', `${path}${path.includes('?') ? '&' : '?'}${query}`, context);
      const added = asList(page['data'])
        .map(asRecord)
        .filter(({ id }) => !ids.has(id));
      if (added.length === 0) return;
      for (const object of added) ids.add(object['id']);
      yield* added;
    }
  }

  const deleteFile = (id: string, context: BatchContext): Promise<void> =>
    ignoreGone(
      batchRequest(context, open, async (requestContext, session) => {
        const response = await session.send('delete', `/files/${encodeURIComponent(id)}`, requestContext);
        await response.body?.cancel();
      }),
    );

  return {
    async upload(name, input, context) {
      const form = new FormData();
      form.set('purpose', 'batch');
      form.set('file', input, name);
      return batchId((await json('post', '/files', context, form))['id'], context.target);
    },

    async findUpload(name, context) {
      for await (const { id, filename } of list('/files?purpose=batch', context))
        if (filename === name && typeof id === 'string') return id;
      return undefined;
    },

    async create(batch, context) {
      const job = await json('post', jobs.path, context, JSON.stringify(jobs.newJob(batch, target)));
      return batchId(job['id'], context.target);
    },

    async find({ token, input, since }, context) {
      const found: { ref: string; isCertain: boolean }[] = [];
      for await (const job of list(jobs.path, context)) {
        // The list begins with the newest batch, so all further ones are older. A batch without a time does not end the search.
        const createdAt = asNumber(job['created_at']) ?? Infinity;
        if (createdAt * 1000 < since - CLOCK_DIFFERENCE_MS) break;
        const hasToken = asRecord(job['metadata'])[TOKEN_MEMBER] === token;
        const hasInput = input !== undefined && jobs.inputsOf(job).includes(input);
        const ref = asText(job['id']);
        // The token and the id of the uploaded file belong to one batch each.
        if ((hasToken || hasInput) && ref !== undefined) found.push({ ref, isCertain: true });
      }
      return found;
    },

    look: async (ref, context) => jobs.lookOf(await json('get', jobPath(ref), context), context.target),

    async *results(ref, context) {
      const job = await json('get', jobPath(ref), context);
      for (const file of jobs.resultsOf(job)) {
        if (typeof file !== 'string') continue;
        yield* batchLines(
          context,
          open,
          (requestContext, session) =>
            session.send('get', `/files/${encodeURIComponent(file)}/content`, {
              ...requestContext,
              headers: { ...requestContext.headers, accept: FILE_TYPE },
            }),
          lineOf,
        );
      }
    },

    async cancel(ref, context) {
      try {
        await json('post', `${jobPath(ref)}/cancel`, context);
      } catch (error) {
        // The vendor rejects a request to cancel a batch that has ended.
        const { state } = jobs.lookOf(await json('get', jobPath(ref), context), context.target);
        if (state === 'running') throw error;
      }
    },

    async remove({ ref, upload }, context) {
      const job = ref === undefined ? {} : await json('get', jobPath(ref), context).catch(emptyIfGone);
      for (const file of new Set([...jobs.resultsOf(job), upload]))
        if (typeof file === 'string') await deleteFile(file, context);
    },
  };
}

function emptyIfGone(error: unknown): Json {
  if (isGone(error)) return {};
  throw error;
}

/** Converts a line of the results; `undefined` for a line without an id. An unknown error without a response has status 500. */
function lineOf({ custom_id: id, response, error }: Json): BatchLine | undefined {
  if (typeof id !== 'string') return undefined;
  if (isRecord(response)) {
    const { status_code, request_id, body } = response;
    return { id, status: asNumber(status_code) ?? 200, body, requestId: asText(request_id) };
  }
  const { code } = asRecord(error);
  if (code === 'batch_expired') return { id, without: 'expired' };
  if (code === 'batch_cancelled') return { id, without: 'cancelled' };
  return { id, status: 500, body: { error } };
}
