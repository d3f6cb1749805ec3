import type { GoogleGenAI, HttpOptions } from '@google/genai';
import { type BatchContext, type BatchLine, type BatchLook, LlmError } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { checkModelId } from '@majordomo/wire-kit';
import { batchId, batchLines, batchRequest, type FileBatchRequests } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { isGoneOrForeign } from './is-gone-or-foreign.ts';
import { RPC_CODES } from './rpc-codes.ts';

type Json = Readonly<Record<string, unknown>>;

const PAGE_SIZE = 100;

/** Maximum clock difference to the vendor, in milliseconds. `find` stops at a batch created before `since` minus this value. */
const CLOCK_DIFFERENCE_MS = 3_600_000;

/** Creates the functions that manage batches of the Gemini API. The input of a batch is a file. */
export function geminiBatches(modelId: string, { open }: Connection): FileBatchRequests {
  const json = (
    context: BatchContext,
    call: (client: GoogleGenAI, httpOptions: HttpOptions) => Promise<unknown>,
  ): Promise<Json> =>
    batchRequest(context, open, async (requestContext, session) =>
      asRecord(await (await session.send(call, requestContext)).json()),
    );
  const job = (name: string, context: BatchContext): Promise<Json> =>
    json(context, ({ batches }, httpOptions) => batches.get({ name, config: { httpOptions } }));

  /** Yields the objects of a list of the API. Requests the list page by page, and ends at a server that repeats a page. */
  async function* list(
    member: string,
    context: BatchContext,
    call: (client: GoogleGenAI, config: object) => Promise<unknown>,
  ): AsyncGenerator<Json> {
    let pageToken: string | undefined;
    do {
      const query = { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
      const page = await json(context, (client, httpOptions) => call(client, { ...query, httpOptions }));
      yield* asList(page[member]).map(asRecord);
      const next = asText(page['nextPageToken']);
      pageToken = next === pageToken ? undefined : next;
    } while (pageToken !== undefined && pageToken !== '');
  }

  return {
    upload: (name, input, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const file = await session.upload({ name, mediaType: 'application/jsonl' }, input, requestContext);
        return batchId(file.name, context.target);
      }),

    async findUpload(displayName, context) {
      const files = list('files', context, (client, config) => client.files.list({ config }));
      for await (const file of files)
        if (file['displayName'] === displayName && typeof file['name'] === 'string') return file['name'];
      return undefined;
    },

    async create({ token, input }, context) {
      checkModelId(modelId, context.target);
      const { name } = await json(context, ({ batches }, httpOptions) =>
        batches.create({
          model: modelId,
          // The input is the name of the uploaded file, because this backend has `upload`.
          src: { fileName: typeof input === 'string' ? input : '' },
          config: { displayName: token, httpOptions },
        }),
      );
      return batchId(name, context.target);
    },

    async find({ token, input, since }, context) {
      const found: { ref: string; isCertain: boolean }[] = [];
      const jobs = list('operations', context, (client, config) => client.batches.list({ config }));
      for await (const { name, metadata } of jobs) {
        const { displayName, createTime, inputConfig } = asRecord(metadata);
        // The list begins with the newest batch, so all further ones are older.
        if (Date.parse(asText(createTime) ?? '') < since - CLOCK_DIFFERENCE_MS) break;
        const isOwn =
          displayName === token || (input !== undefined && asRecord(inputConfig)['fileName'] === input);
        // A token and an input file belong to one batch, so each of them identifies it with certainty.
        if (isOwn && typeof name === 'string') found.push({ ref: name, isCertain: true });
      }
      return found;
    },

    look: async (ref, context) => lookOf(await job(ref, context), context.target),

    async *results(ref, context) {
      const file = resultFileOf(await job(ref, context));
      if (file === undefined) return;
      yield* batchLines(
        context,
        open,
        (requestContext, session) => session.download(file, requestContext),
        lineOf,
      );
    },

    async cancel(name, context) {
      try {
        await json(context, ({ batches }, httpOptions) => batches.cancel({ name, config: { httpOptions } }));
      } catch (error) {
        // Ignore the error for a batch that has ended, because the vendor rejects its cancellation.
        if (lookOf(await job(name, context), context.target).state === 'running') throw error;
      }
    },

    async remove({ ref, upload: input }, context) {
      const result = ref === undefined ? undefined : resultFileOf(await job(ref, context).catch(emptyIfGone));
      for (const name of [result, input]) {
        if (name === undefined) continue;
        await json(context, ({ files }, httpOptions) =>
          files.delete({ name, config: { httpOptions } }),
        ).catch(emptyIfGone);
      }
    },
  };
}

/** Returns an empty object for the error of a batch or file that no longer exists. Throws any other error. */
function emptyIfGone(error: unknown): Json {
  if (isGoneOrForeign(error)) return {};
  throw error;
}

const resultFileOf = ({ metadata, response }: Json): string | undefined =>
  asText(asRecord(asRecord(metadata)['output'])['responsesFile']) ??
  asText(asRecord(response)['responsesFile']);

/** Returns the state of a batch. A batch with an unknown state is running until `operation.done` is true. */
function lookOf(operation: Json, target: string): BatchLook {
  const { state, batchStats } = asRecord(operation['metadata']);
  const { successfulRequestCount, failedRequestCount } = asRecord(batchStats);
  const name = (asText(state) ?? '').replace(/^(?:BATCH|JOB)_STATE_/, '');
  const look = {
    completed: countOf(successfulRequestCount) + countOf(failedRequestCount),
    expiresAt: undefined,
    error: undefined,
  };
  if (name === 'EXPIRED') return { ...look, state: 'ended', without: 'expired' };
  if (name === 'CANCELLED') return { ...look, state: 'ended', without: 'cancelled' };
  const hasFailed = name === 'FAILED' || isRecord(operation['error']);
  // A failed batch with a result file has ended, so that its results are read.
  if (hasFailed && resultFileOf(operation) === undefined)
    return { ...look, state: 'failed', error: failureOf(asRecord(operation['error']), target) };
  const isEnded = hasFailed || /SUCCEEDED$/.test(name) || operation['done'] === true;
  return { ...look, state: isEnded ? 'ended' : 'running' };
}

/** Converts a count, which the API sends as a string. A missing or invalid count becomes 0. */
const countOf = (count: unknown): number => asNumber(Number(count ?? 0)) ?? 0;

/** gRPC code of an exhausted quota. */
const RESOURCE_EXHAUSTED = 8;

function failureOf({ code, message }: Json, target: string): LlmError {
  const reason = asText(message) ?? 'the vendor reported no reason';
  const kind = code === RESOURCE_EXHAUSTED ? 'rate-limit' : 'server';
  return new LlmError(kind, `${target}: the vendor rejected the batch: ${reason}`, { target });
}

/** gRPC code of a cancelled request. */
const CANCELLED = 1;

/** Converts a line of the result file. Returns `undefined` if the line has no key. */
function lineOf({ key, response, error }: Json): BatchLine | undefined {
  if (typeof key !== 'string') return undefined;
  if (!isRecord(error)) return { id: key, status: 200, body: response };
  const { code, message, details } = error;
  if (code === CANCELLED) return { id: key, without: 'cancelled' };
  // An error without a code is treated as INTERNAL, which has the code 13.
  const [status, httpStatus] = RPC_CODES[asNumber(code) ?? 13] ?? ['INTERNAL', 500];
  return { id: key, status: httpStatus, body: { error: { code: httpStatus, status, message, details } } };
}
