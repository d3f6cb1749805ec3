import { LlmError, type BackgroundBackend, type BatchContext } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { sseMessages, tryParseJson } from '@majordomo/wire-kit';
import { batchRequest, ignoreGone } from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';
import { inBandError } from '../failure/in-band-error.ts';

/** Functions of the job API that send requests. */
export type ResponseJobs = Required<Omit<BackgroundBackend, 'expiresMs' | 'retentionDays' | 'readEvent'>>;

/** Statuses of a response that has ended (`ResponseStatus` of openai 7.57). */
const ENDED = new Set<unknown>(['completed', 'failed', 'cancelled', 'incomplete']);

/**
 * Creates the request functions for responses with `background: true`. Source: types of openai 7.57, guide "Background mode" of
 * developers.openai.com (2026-11). A reference is the id of the response, with the query that each `GET` must repeat.
 * No idempotency key is known for the API, so the token of a start is not sent.
 */
export function responseJobs(connection: Connection): ResponseJobs {
  const { open } = connection;
  /** Sends a request and returns its unread response. The signal does not end the reading, so the reader cancels the body. */
  const request = (
    method: 'get' | 'post' | 'delete',
    path: string,
    context: BatchContext,
  ): Promise<Response> =>
    batchRequest(context, open, (requestContext, session) => session.send(method, path, requestContext));

  return {
    async start(body, headers, _token, context) {
      const params = asRecord(tryParseJson(body));
      // Only a job that was created with a stream can be streamed later. The vendor ends a job without `store` after some minutes.
      const job = { ...params, background: true, store: true, stream: true };
      const id = await batchRequest(context, open, async (requestContext, session) => {
        const sent = {
          ...requestContext,
          headers: { ...Object.fromEntries(headers), ...requestContext.headers },
        };
        const response = await session.post('/responses', JSON.stringify(job), sent);
        return createdId(response, context.target, session.secrets);
      });
      const query = asList(params['include']).map(
        (value) => `include[]=${encodeURIComponent(String(value))}`,
      );
      return query.length === 0 ? id : `${id}?${query.join('&')}`;
    },

    look: (ref, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const response = await session.send('get', pathOf(ref), requestContext);
        const text = await response.text();
        const status = statusOf(text, context.target, session.secrets);
        // Without the header, the number is NaN, and `asNumber` returns `undefined`. `Number(null)` would be 0.
        const pollMs = asNumber(Number(response.headers.get('openai-poll-after-ms') ?? undefined));
        if (status === 'queued') return { state: 'queued', pollMs };
        if (!ENDED.has(status)) return { state: 'running', pollMs };
        return { state: 'ended', answer: new Response(text, { headers: response.headers }) };
      }),

    stream(ref, after, context) {
      const cursor = after === undefined ? 'stream=true' : `stream=true&starting_after=${after}`;
      return request('get', pathOf(ref, cursor), context);
    },

    async cancel(ref, context) {
      await ignoreGone(request('post', `${idPath(ref)}/cancel`, context).then(discard));
    },

    async remove(ref, context) {
      await ignoreGone(request('delete', idPath(ref), context).then(discard));
    },
  };
}

/** Returns the status of a response. Throws the error that a server has sent instead of a response. */
function statusOf(text: string, target: string, secrets: readonly string[]): string {
  const body = asRecord(tryParseJson(text));
  const status = asText(body['status']);
  if (status !== undefined) return status;
  if (isRecord(body['error'])) throw inBandError(body, target, secrets);
  throw new LlmError('protocol', `${target}: the job has no status`, { target, path: 'status' });
}

/** Returns the path of a response, with the stored query and a further one. */
function pathOf(ref: string, further?: string): string {
  const { 1: query } = ref.split('?', 2);
  const queries = [query, further].filter((each) => each !== undefined && each !== '');
  return queries.length === 0 ? idPath(ref) : `${idPath(ref)}?${queries.join('&')}`;
}

const idPath = (ref: string): string => `/responses/${encodeURIComponent(ref.split('?', 1)[0] ?? '')}`;

const discard = async (response: Response): Promise<void> => response.body?.cancel();

/** Returns the id in the first event, and closes the stream. The vendor continues to work on the response. */
async function createdId(response: Response, target: string, secrets: readonly string[]): Promise<string> {
  const first = await firstMessage(response);
  const { background, id } = asRecord('response' in first ? first['response'] : first);
  if (typeof id === 'string' && id !== '' && background === true) return id;
  if ('error' in first || first['type'] === 'error') throw inBandError(first, target, secrets);
  if (asText(id) === undefined)
    throw new LlmError('protocol', `${target}: the response to the start of a job has no id`, { target });
  const why = `${target}: the server ignored background: true; use a live call`;
  // The server answers the call and may bill it, so the error has the status of the response.
  throw new LlmError('unsupported', why, { target, status: response.status });
}

async function firstMessage(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (/[/+]json\b/i.test(response.headers.get('content-type') ?? '')) return asRecord(await response.json());
  if (response.body !== null)
    for await (const { data } of sseMessages(response.body as ReadableStream<Uint8Array>))
      return asRecord(tryParseJson(data));
  return {};
}
