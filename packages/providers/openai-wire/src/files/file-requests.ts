import type { FileBackend } from '@majordomo/core';
import { asNumber, asRecord } from '@majordomo/core/toolkit';
import { batchId, batchRequest, fileName, ignoreGone, uploadForm } from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';

/** Creates the request functions of OpenAI's file storage. `batchRequest` and `batchId` do not require that a file is part of a batch. */
export function fileRequests({ open }: Connection): Omit<FileBackend, 'accepts' | 'lifetimeMs'> {
  return {
    account: (context) =>
      batchRequest(context, open, (requestContext, session) => session.accountOf(requestContext)),

    async upload(content, { name, mediaType, keepMs }, context) {
      const fields = {
        purpose: 'user_data',
        'expires_after[anchor]': 'created_at',
        'expires_after[seconds]': String(Math.floor(keepMs / 1000)),
      };
      const form = uploadForm(fields, { content, name: fileName(name, mediaType), mediaType });
      const stored = await batchRequest(context, open, async (requestContext, session) =>
        asRecord(await (await session.send('post', '/files', requestContext, form)).json()),
      );
      const expiresAt = asNumber(stored['expires_at']);
      return {
        id: batchId(stored['id'], context.target),
        size: content.size,
        ...(expiresAt !== undefined && { expiresAt: expiresAt * 1000 }),
      };
    },

    delete: (id, context) =>
      ignoreGone(
        batchRequest(context, open, async (requestContext, session) => {
          const response = await session.send('delete', `/files/${encodeURIComponent(id)}`, requestContext);
          await response.body?.cancel();
        }),
      ),
  };
}
