import type { BatchContext, BatchLine, FoundBatch } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import {
  batchId,
  batchLines,
  batchRequest,
  FILE_TYPE,
  type BatchRequests,
} from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { headersOfGroup } from './request.ts';

type Json = Readonly<Record<string, unknown>>;

const PATH = '/v1/messages/batches';

/** Number of batches per page of the list, which is the API's maximum. */
const PAGE_SIZE = 100;

/** Assumed maximum difference between the clocks of the vendor and this machine, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** Creates the functions of the Message Batches API, which accepts all requests in the body of a single request. */
export function messageBatches({ open }: Connection): BatchRequests {
  const json = (
    method: 'get' | 'post',
    path: string,
    context: BatchContext,
    init: { readonly body?: Blob; readonly query?: object; readonly headers?: Record<string, string> } = {},
  ): Promise<Json> =>
    batchRequest(context, open, async (requestContext, session) =>
      asRecord(await (await session.send(method, path, requestContext, init)).json()),
    );
  const look = (ref: string, context: BatchContext): Promise<Json> => json('get', pathOf(ref), context);

  return {
    // `group` contains the headers that all requests of the batch have, as `groupOf` returned them.
    async create({ input, group }, context) {
      const body = new Blob(['{"requests":[', input, ']}']);
      const headers = { 'content-type': 'application/json', ...headersOfGroup(group) };
      return batchId((await json('post', PATH, context, { body, headers }))['id'], context.target);
    },

    // A batch contains no token, so each batch with the same number of requests may be the right one.
    async find({ requests, since }, context) {
      const found: FoundBatch[] = [];
      let after: string | undefined;
      do {
        const page = await json('get', PATH, context, { query: { limit: PAGE_SIZE, after_id: after } });
        const batches = asList(page['data']).map(asRecord);
        for (const batch of batches) {
          const ref = asText(batch['id']);
          // The list begins with the newest batch, so all further ones are older.
          if (createdAt(batch) < since - CLOCK_DIFFERENCE_MS) return found;
          if (ref !== undefined && sumOf(batch) === requests) found.push({ ref, isCertain: false });
        }
        const next =
          page['has_more'] === true ? asText(page['last_id'] ?? batches.at(-1)?.['id']) : undefined;
        // A server that repeats the page has no further batches.
        after = next === after ? undefined : next;
      } while (after !== undefined);
      return found;
    },

    async look(ref, context) {
      const batch = await look(ref, context);
      const isEnded = batch['processing_status'] === 'ended';
      const expiresAt = Date.parse(asText(batch['expires_at']) ?? '');
      return {
        state: isEnded ? 'ended' : 'running',
        // Until a batch has ended, the vendor counts all its requests as processing.
        completed: isEnded ? sumOf(batch) : 0,
        expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
        error: undefined,
      };
    },

    async *results(ref, context) {
      // Do not use `results_url`, because the key must not be sent to an address from a response.
      yield* batchLines(
        context,
        open,
        (requestContext, session) =>
          session.send('get', `${pathOf(ref)}/results`, requestContext, { headers: { accept: FILE_TYPE } }),
        lineOf,
      );
    },

    async cancel(ref, context) {
      try {
        await json('post', `${pathOf(ref)}/cancel`, context);
      } catch (error) {
        // Ignore the error for a batch that has ended, because the vendor rejects its cancellation.
        if ((await look(ref, context))['processing_status'] !== 'ended') throw error;
      }
    },

    // A batch has no files. The vendor deletes its results after 29 days.
    remove: () => Promise.resolve(),
  };
}

const pathOf = (ref: string): string => `${PATH}/${encodeURIComponent(ref)}`;

/** Returns the time of creation in epoch milliseconds; `Infinity` without a valid time, so that the search does not end there. */
const createdAt = (batch: Json): number => {
  const at = Date.parse(asText(batch['created_at']) ?? '');
  return Number.isNaN(at) ? Infinity : at;
};

const sumOf = (batch: Json): number =>
  Object.values(asRecord(batch['request_counts'])).reduce<number>(
    (sum, count) => sum + (asNumber(count) ?? 0),
    0,
  );

/** HTTP status of an error by its type, because the results contain no status (API reference, "Errors", 2026-11). */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Converts a line of the result file. Returns `undefined` if the line has no id or no result. */
function lineOf({ custom_id: id, result }: Json): BatchLine | undefined {
  if (typeof id !== 'string' || !isRecord(result)) return undefined;
  const { type, message, error } = result;
  switch (type) {
    case 'succeeded':
      return { id, status: 200, body: message };
    case 'expired':
      return { id, without: 'expired' };
    case 'canceled':
      return { id, without: 'cancelled' };
    default: {
      const outer = asRecord(error);
      const errorType = asText(asRecord(outer['error'] ?? error)['type']) ?? '';
      const status = Object.hasOwn(STATUS, errorType) ? STATUS[errorType] : undefined;
      return { id, status: status ?? 500, body: error, requestId: asText(outer['request_id']) };
    }
  }
}
