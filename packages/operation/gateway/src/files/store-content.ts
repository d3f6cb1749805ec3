import type { StoredFile } from '@majordomo/files';
import type { CallerFiles } from './caller-files.ts';
import type { FileContent } from './file-content.ts';
import { nameOf, typeOf } from './file-type.ts';
import type { Reservation } from './file-index.ts';

/** Facts about a file that its client has sent. */
export interface SentFile {
  readonly fileName: string | undefined;
  readonly mediaType: string | undefined;
  readonly purpose: string;
  /** Time for which the file is stored, in milliseconds. @default the option of the gateway */
  readonly keepMs?: number | undefined;
}

/**
 * Stores content, and the facts that `describe` returns when the content was read. Stores nothing if one of them fails. Ends the
 * reservation afterwards.
 */
export async function storeContent(
  content: FileContent,
  files: CallerFiles,
  reservation: Reservation,
  describe: () => Promise<SentFile>,
): Promise<StoredFile> {
  const { id, createdAt } = reservation;
  try {
    return await files.put(reservation, content.stream, async () => {
      const { fileName, mediaType, purpose, keepMs = files.settings.keepMs } = await describe();
      const { size } = content;
      const name = nameOf(fileName);
      return {
        id,
        name,
        mediaType: typeOf(mediaType, name, content.first),
        size,
        sha256: content.sha256,
        purpose,
        createdAt,
        expiresAt: createdAt + keepMs,
      };
    });
  } finally {
    await reservation.release();
  }
}
