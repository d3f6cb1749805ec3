import type { StoredFile } from '@majordomo/files';
import type { CallerFiles } from './caller-files.ts';
import type { FileContent } from './file-content.ts';
import { nameOf, typeOf } from './file-type.ts';
import type { Reservation } from './upload-quota.ts';

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
  let stored: StoredFile | undefined;
  try {
    await files.put(id, content.stream, async () => {
      const { fileName, mediaType, purpose, keepMs = files.settings.keepMs } = await describe();
      const { size } = content;
      // Other processes may have stored files since the reservation.
      await reservation.resize(size, size);
      const name = nameOf(fileName);
      stored = {
        id,
        name,
        mediaType: typeOf(mediaType, name, content.first),
        size,
        sha256: content.sha256,
        purpose,
        createdAt,
        expiresAt: createdAt + keepMs,
      };
      return stored;
    });
    if (stored === undefined) throw new TypeError('the store of files did not call `describe`');
    return stored;
  } finally {
    reservation.release();
  }
}
