import { type BatchBackend, type BatchContext, type BatchLine, LlmError } from '@majordomo/core';
import { derivedSignal } from '@majordomo/core/toolkit';
import { jsonRecords } from './ndjson.ts';
import type { Open, Session } from './session-call.ts';

/** Functions of a batch API that send requests. */
export type BatchRequests = Omit<BatchBackend, 'limits' | 'line' | 'separator'>;

/** Functions that send requests to a batch API whose input is an uploaded file. */
export type FileBatchRequests = Required<BatchRequests>;

/** Members of a batch API that send no request. */
type Local = Pick<BatchBackend, 'limits' | 'line' | 'separator'>;

/** Creates a batch API. `load` loads the functions that send requests when the first of them is called. */
export const lazyBatch = (local: Local, load: () => Promise<BatchRequests>): BatchBackend => ({
  ...local,
  create: async (batch, context) => (await load()).create(batch, context),
  find: async (batch, context) => (await load()).find(batch, context),
  look: async (ref, context) => (await load()).look(ref, context),
  async *results(ref, context) {
    yield* (await load()).results(ref, context);
  },
  cancel: async (ref, context) => (await load()).cancel(ref, context),
  remove: async (left, context) => (await load()).remove(left, context),
});

/** Creates a batch API whose input is an uploaded file. Loads the request functions as `lazyBatch` does. */
export const lazyFileBatch = (local: Local, load: () => Promise<FileBatchRequests>): BatchBackend => ({
  ...lazyBatch(local, load),
  upload: async (name, input, context) => (await load()).upload(name, input, context),
  findUpload: async (name, context) => (await load()).findUpload(name, context),
});

/**
 * Opens a session, runs a request to a batch API and converts its errors. The context that `send` receives has a separate signal,
 * because some SDKs never remove listeners.
 */
export async function batchRequest<Own extends Session, Result>(
  context: BatchContext,
  open: Open<Own>,
  send: (requestContext: BatchContext, session: Own) => Promise<Result>,
): Promise<Result> {
  const session = open({ target: context.target });
  const { signal, release } = derivedSignal(context.signal);
  try {
    return await send({ ...context, signal }, session);
  } catch (error) {
    throw batchError(error, context, session);
  } finally {
    release();
  }
}

/**
 * Iterates over the lines of a results file, one JSON object each. Skips an object for which `lineOf` returns `undefined`. A file
 * that does not exist has no lines.
 */
export async function* batchLines<Own extends Session>(
  context: BatchContext,
  open: Open<Own>,
  download: (context: BatchContext, session: Own) => Promise<Response>,
  lineOf: (record: Readonly<Record<string, unknown>>) => BatchLine | undefined,
): AsyncGenerator<BatchLine> {
  const session = open({ target: context.target });
  const own = derivedSignal(context.signal);
  try {
    const response = await download({ ...context, signal: own.signal }, session);
    for await (const record of jsonRecords(response, context.target)) {
      const line = lineOf(record);
      if (line !== undefined) yield line;
    }
  } catch (cause) {
    const error = batchError(cause, context, session);
    if (!isGone(error)) throw error;
  } finally {
    own.release();
  }
}

/** Whether the error reports that the file or the batch does not exist at the server. */
export const isGone = (error: unknown): boolean => LlmError.is(error) && error.details.status === 404;

/** Waits for a deletion. Ignores the error if the file or the batch does not exist. */
export async function ignoreGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function batchError(cause: unknown, { target, signal }: BatchContext, session: Session): LlmError {
  if (signal.aborted)
    return new LlmError('aborted', `${target}: the request was aborted`, { target }, { cause });
  return session.toLlmError(cause);
}

/** Returns the id of a file or batch in a response. Throws `protocol` if the id is missing. */
export function batchId(value: unknown, target: string): string {
  if (typeof value === 'string' && value !== '') return value;
  const message = `${target}: the response has no id of the file or batch`;
  throw new LlmError('protocol', message, { target, path: 'id' });
}
