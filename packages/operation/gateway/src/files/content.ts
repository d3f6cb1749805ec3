import { newSha256, sniffMediaType } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import type { Reservation } from './file-index.ts';
import type { StoredFile } from '@majordomo/files';
import type { CallerFiles } from './caller-files.ts';

/** Number of bytes by which the type of content is recognized. */
const FIRST_BYTES = 512;

/** Content of a file, which is hashed and counted while the store reads it. */
export class FileContent {
  readonly stream: ReadableStream<Uint8Array>;
  size = 0;
  /** First bytes of the content. */
  first: Uint8Array = new Uint8Array();
  private readonly hash = newSha256();

  /**
   * @param next returns the next chunk, or `undefined` at the end
   * @param reservation place of the file, which grows with the content
   */
  constructor(next: () => Promise<Uint8Array | undefined>, maxBytes: number, reservation: Reservation) {
    this.stream = new ReadableStream(
      {
        pull: async (controller) => {
          const chunk = await next();
          // The place of an ended upload may belong to another one.
          reservation.signal.throwIfAborted();
          if (chunk === undefined) {
            controller.close();
            return;
          }
          this.add(chunk);
          if (this.size > maxBytes)
            throw new Refusal('too-large', `the file must not be larger than ${maxBytes} bytes`);
          // Reserves more than is necessary now, so that not every chunk changes the records.
          if (this.size > reservation.bytes)
            await reservation.resize(Math.min(2 * this.size, maxBytes), this.size);
          controller.enqueue(chunk);
        },
      },
      // Without a queue, a chunk is read and counted only when the store requests it.
      { highWaterMark: 0 },
    );
  }

  /** SHA-256 of the content that was read. `undefined` on a platform that cannot hash in chunks. */
  get sha256(): string | undefined {
    return this.hash?.digest('hex');
  }

  private add(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.hash?.update(chunk);
    if (this.first.length === 0) this.first = chunk.slice(0, FIRST_BYTES);
  }
}

/** Facts about a file that its client has sent. */
interface SentFile {
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

const UNKNOWN = 'application/octet-stream';
const MAX_NAME = 255;

/** Media types of documents that have no signature, by file extension. Clients often send no type of these documents. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['pdf', 'application/pdf'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['txt', 'text/plain'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
]);

/** Returns the last component of the name of a file without control characters. */
function nameOf(fileName: string | undefined): string {
  const [last = ''] = (fileName ?? '').split(/[\\/]/).slice(-1);
  // A cut may leave half of a surrogate pair.
  const name = last.slice(0, MAX_NAME).replace(/\p{Cc}|\p{Surrogate}/gu, '');
  return ['', '.', '..'].includes(name) ? 'unnamed' : name;
}

/** Returns the media type of a file. A client that does not know the type sends `application/octet-stream`. */
function typeOf(mediaType: string | undefined, name: string, first: Uint8Array): string {
  if (mediaType !== undefined && mediaType !== UNKNOWN) return mediaType;
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return sniffMediaType(first) ?? TYPES.get(extension) ?? UNKNOWN;
}
