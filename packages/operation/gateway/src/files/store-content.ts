import { systemClock } from '@majordomo/core';
import type { StoredFile } from '@majordomo/files';
import type { CallerFiles } from './caller-files.ts';
import type { FileContent } from './file-content.ts';
import { newFileId } from './file-id.ts';
import { nameOf, typeOf } from './file-type.ts';
import type { UploadQuota } from './upload-quota.ts';

/** Facts about a file that its client has sent. */
export interface SentFile {
  readonly fileName: string | undefined;
  readonly mediaType: string | undefined;
  readonly purpose: string;
  /** Time for which the file is stored, in milliseconds. @default the option of the gateway */
  readonly keepMs?: number | undefined;
}

/** Stores content, and the facts that `describe` returns when the content was read. Stores nothing if one of them fails. */
export async function storeContent(
  content: FileContent,
  files: CallerFiles,
  quota: UploadQuota,
  describe: () => Promise<SentFile>,
): Promise<StoredFile> {
  const createdAt = systemClock.now();
  const id = newFileId(createdAt);
  let leave = (): void => undefined;
  let stored: StoredFile | undefined;
  try {
    await files.put(id, content.stream, async () => {
      const { fileName, mediaType, purpose, keepMs = files.settings.keepMs } = await describe();
      leave = await quota.enter(content.size, files);
      const name = nameOf(fileName);
      stored = {
        id,
        name,
        mediaType: typeOf(mediaType, name, content.first),
        size: content.size,
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
    leave();
  }
}
