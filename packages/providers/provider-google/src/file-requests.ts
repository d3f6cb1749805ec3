import { LlmError, systemClock, type BatchContext, type FileBackend } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { batchId, batchRequest } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { isGoneOrForeign } from './is-gone-or-foreign.ts';

type Json = Readonly<Record<string, unknown>>;

/** First wait for a file that the vendor processes, in milliseconds. Each wait is twice as long, up to `MAX_WAIT_MS`. */
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5000;
/** Maximum time of the deletion of a file that was not used, in milliseconds. */
const DELETE_MS = 10_000;

/** Creates the request functions of the Files API. */
export function fileRequests({ open }: Connection): Pick<FileBackend, 'account' | 'upload' | 'delete'> {
  const look = (name: string, context: BatchContext): Promise<Json> =>
    batchRequest(context, open, async (requestContext, session) =>
      asRecord(
        await (
          await session.send(
            ({ files }, httpOptions) => files.get({ name, config: { httpOptions } }),
            requestContext,
          )
        ).json(),
      ),
    );
  const remove = async (name: string, context: BatchContext): Promise<void> => {
    try {
      await batchRequest(context, open, (requestContext, session) =>
        session.send(
          ({ files }, httpOptions) => files.delete({ name, config: { httpOptions } }),
          requestContext,
        ),
      );
    } catch (error) {
      if (!isGoneOrForeign(error)) throw error;
    }
  };
  /** Returns the metadata of a file when the model can read it. */
  const whenActive = async (first: Json, name: string, context: BatchContext): Promise<Json> => {
    let file = first;
    for (let wait = FIRST_WAIT_MS; file['state'] === 'PROCESSING'; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      await systemClock.sleep(wait, context.signal);
      file = await look(name, context);
    }
    if (file['state'] !== 'FAILED') return file;
    const { target } = context;
    const why = asText(asRecord(file['error'])['message']) ?? 'the vendor reported no reason';
    throw new LlmError('invalid-request', `${target}: the vendor cannot process the file: ${why}`, {
      target,
    });
  };
  return {
    // A proxy can serve several vendors with one URL and one key.
    account: async (context) =>
      `google ${await batchRequest(context, open, (requestContext, session) => session.accountOf(requestContext))}`,

    async upload(content, { name, mediaType }, context) {
      // `slice` sets the media type of the content.
      const stored: Json = await batchRequest(context, open, async (requestContext, session) => ({
        ...(await session.upload(
          { name, mediaType },
          content.slice(0, content.size, mediaType),
          requestContext,
        )),
      }));
      const id = batchId(stored['name'], context.target);
      try {
        const file = await whenActive(stored, id, context);
        const expiresAt = Date.parse(asText(file['expirationTime']) ?? '');
        const uri = asText(file['uri']);
        return {
          id,
          size: content.size,
          ...(uri !== undefined && { uri }),
          ...(Number.isFinite(expiresAt) && { expiresAt }),
        };
      } catch (error) {
        // The signal of the call may have aborted, so the deletion has its own.
        await remove(id, { ...context, signal: AbortSignal.timeout(DELETE_MS) }).catch(() => undefined);
        throw error;
      }
    },

    delete: remove,
  };
}
