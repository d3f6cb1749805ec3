import { systemClock } from '@majordomo/core';
import { abortable, isFragmented } from '@majordomo/core/toolkit';
import type { StoredFile } from '@majordomo/files';
import { Refusal } from '../errors/refusal.ts';
import { refuseFragments } from '../parsing/body.ts';
import { invalid } from '../parsing/fields.ts';
import type { CallerFiles } from './caller-files.ts';
import { FileContent, storeContent } from './content.ts';

/** Time without a request after which an upload is cancelled, in milliseconds. */
const IDLE_MS = 300_000;
/** Maximum number of unfinished uploads of a caller. */
const MAX_UNFINISHED = 20;

/** Facts about a file, from the request that starts its upload. */
export interface StartedUpload {
  readonly id: string;
  readonly name: string;
  /** `undefined` if the client does not know it. */
  readonly mediaType: string | undefined;
  /** Size in bytes. */
  readonly size: number;
}

interface Upload {
  readonly owner: string;
  /** Announced size in bytes. */
  readonly size: number;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly stored: Promise<StoredFile>;
  received: number;
  /** Whether a request sends content. */
  isReceiving: boolean;
  stopTimer: () => void;
}

/**
 * Uploads whose clients send a file in several requests (Gemini's resumable protocol). The store reads the content while it arrives, so
 * all requests of an upload must reach the same process. An upload that does not continue is cancelled.
 */
export class ResumableUploads {
  private readonly unfinished = new Map<string, Upload>();

  /**
   * Adds the body of a request to an upload. Returns the stored file if the request is the last one. `files`: files of the caller, for
   * work that continues after the request.
   */
  async append(
    about: StartedUpload,
    request: Request,
    files: CallerFiles,
    { offset, isLast }: { readonly offset: number; readonly isLast: boolean },
  ): Promise<StoredFile | undefined> {
    const key = JSON.stringify([files.owner, about.id]);
    if (offset === 0 && !this.unfinished.has(key)) await this.begin(key, about, files);
    const upload = this.unfinished.get(key);
    const continues = upload?.isReceiving === false && upload.received === offset;
    if (!continues)
      return invalid(
        'X-Goog-Upload-Offset',
        'does not continue an upload of this process of the gateway; upload the file again',
      );
    upload.stopTimer();
    upload.isReceiving = true;
    try {
      await receive(upload, request);
      upload.isReceiving = false;
      if (!isLast) {
        this.waitForNext(upload);
        return undefined;
      }
      await upload.writer.close();
      return await upload.stored;
    } catch (error) {
      await upload.writer.abort(error).catch(() => undefined);
      // Rejects with the failure of the store if it has one, because the failure of the writer is only its effect.
      await upload.stored;
      throw error;
    }
  }

  private async begin(key: string, about: StartedUpload, files: CallerFiles): Promise<void> {
    const { owner, settings } = files;
    const reservation = await files.reserve(about.size, about.size);
    const count = [...this.unfinished.values()].filter((upload) => upload.owner === owner).length;
    // Another request may have begun this upload during the reservation. Then `append` checks whether this request continues it.
    if (count >= MAX_UNFINISHED || this.unfinished.has(key)) {
      await reservation.release();
      if (count >= MAX_UNFINISHED)
        throw new Refusal('busy', `a caller may have at most ${MAX_UNFINISHED} unfinished uploads`);
      return;
    }
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const next = async (): Promise<Uint8Array | undefined> => (await reader.read()).value;
    const content = new FileContent(next, settings.maxBytes, reservation);
    const stored = storeContent(content, files, reservation, () => {
      if (content.size !== about.size) refuseSize(about.size, content.size);
      return Promise.resolve({ fileName: about.name, mediaType: about.mediaType, purpose: 'user_data' });
    });
    const upload: Upload = {
      owner,
      size: about.size,
      writer,
      stored,
      received: 0,
      isReceiving: false,
      stopTimer: () => undefined,
    };
    this.unfinished.set(key, upload);
    const end = (error?: unknown): void => {
      this.unfinished.delete(key);
      upload.stopTimer();
      // A request may wait until the store reads its content. `writer.abort` would wait for this write.
      reader.cancel(error).catch(() => undefined);
    };
    stored.then(() => {
      end();
    }, end);
  }

  private waitForNext(upload: Upload): void {
    upload.stopTimer = systemClock.timer(
      IDLE_MS,
      () => {
        upload.writer.abort(new Refusal('aborted', 'the upload did not continue')).catch(() => undefined);
      },
      { isBackground: true },
    );
  }
}

/** Passes the body of a request to the store. */
async function receive(upload: Upload, { body, signal }: Request): Promise<void> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = body?.getReader();
  let received = 0;
  let chunks = 0;
  while (reader !== undefined) {
    const { done, value } = await abortable(reader.read(), signal).catch(() => {
      throw new Refusal('aborted', 'the body is incomplete');
    });
    if (done) return;
    received += value.length;
    if (isFragmented(++chunks, received)) refuseFragments();
    upload.received += value.length;
    if (upload.received > upload.size) refuseSize(upload.size, upload.received);
    await upload.writer.write(value);
  }
}

const refuseSize = (announced: number, received: number): never =>
  invalid('X-Goog-Upload-Header-Content-Length', `is ${announced}, but ${received} bytes arrived`);
