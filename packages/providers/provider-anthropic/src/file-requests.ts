import type { FileBackend } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { batchId, batchRequest, fileName, ignoreGone, uploadForm } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';

const PATH = '/v1/files';

/** Creates the request functions of the Files API. */
export const fileRequests = ({ open }: Connection): Pick<FileBackend, 'account' | 'upload' | 'delete'> => ({
  // A proxy can serve several vendors with one URL and one key.
  account: async (context) =>
    `anthropic ${await batchRequest(context, open, (requestContext, session) => session.accountOf(requestContext))}`,

  async upload(content, { name, mediaType, keepMs }, context) {
    const fields = { expires_in_seconds: String(Math.floor(keepMs / 1000)) };
    const body = uploadForm(fields, { content, name: fileName(name, mediaType), mediaType });
    const stored = await batchRequest(context, open, async (requestContext, session) =>
      asRecord(await (await session.send('post', PATH, requestContext, { body })).json()),
    );
    const expiresAt = Date.parse(asText(stored['expires_at']) ?? '');
    return {
      id: batchId(stored['id'], context.target),
      size: content.size,
      ...(Number.isFinite(expiresAt) && { expiresAt }),
    };
  },

  delete: (id, context) =>
    ignoreGone(
      batchRequest(context, open, async (requestContext, session) => {
        const response = await session.send(
          'delete',
          `${PATH}/${encodeURIComponent(id)}`,
          requestContext,
          {},
        );
        await response.body?.cancel();
      }),
    ),
});
