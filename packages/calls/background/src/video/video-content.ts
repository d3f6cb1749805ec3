import { LlmError, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { VideoContent } from '../contract.ts';

/** Time without bytes after which the content is lost, in milliseconds. */
const IDLE_MS = 120_000;
/** Content types of pages and errors that a server sends in place of a video. */
const NO_VIDEO = /^(?:application\/(?:problem\+)?json|text\/html)$/;

type Chunk = Uint8Array<ArrayBuffer>;

/** Download of a video. */
interface Download {
  readonly target: string;
  /** MIME type of the video. */
  readonly mediaType: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Returns the content of a response. Rejects if the response contains no video. */
export async function contentOf(response: Response, download: Download): Promise<VideoContent> {
  const { target } = download;
  const { headers, body } = response;
  const mediaType = headers.get('content-type')?.split(';', 1)[0]?.trim() ?? download.mediaType;
  const size = sizeIn(headers);
  if (body === null || size === 0) throw new LlmError('empty', `${target}: the video is empty`, { target });
  if (NO_VIDEO.test(mediaType.toLowerCase())) {
    await body.cancel();
    throw new LlmError('protocol', `${target}: the server sent ${mediaType} instead of a video`, { target });
  }
  const stream = (): ReadableStream<Chunk> => limitedStream(body, download);
  return {
    mediaType,
    size,
    stream,
    bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()),
  };
}

/** Returns the number of bytes of a body, unless it is compressed. */
function sizeIn(headers: Headers): number | undefined {
  const size = Number(headers.get('content-length') ?? NaN);
  return Number.isInteger(size) && !headers.has('content-encoding') ? size : undefined;
}

/** Returns a stream of a body that fails with an `LlmError`: when the signal aborts, after a pause, and when the connection is lost. */
function limitedStream(body: ReadableStream<Chunk>, download: Download): ReadableStream<Chunk> {
  const reader = body.getReader();
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        const chunk = await readChunk(reader, download).catch((error: unknown) => {
          reader.cancel(error).catch(() => undefined);
          throw error;
        });
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Returns the next chunk; `undefined` at the end. */
async function readChunk(
  reader: ReadableStreamDefaultReader<Chunk>,
  { target, clock, signal }: Download,
): Promise<Chunk | undefined> {
  const idle = new AbortController();
  const cancel = clock.timer(IDLE_MS, () => {
    const why = `${target}: the server sent no byte of the video for ${IDLE_MS} ms`;
    idle.abort(new LlmError('timeout', why, { target, phase: 'idle' }));
  });
  try {
    const { value } = await abortable(reader.read(), AbortSignal.any([signal, idle.signal]));
    return value;
  } catch (cause) {
    if (signal.aborted) throw abortedDownload(target, cause);
    if (LlmError.is(cause)) throw cause;
    const why = `${target}: the connection was lost before the end of the video`;
    throw new LlmError('network', why, { target }, { cause });
  } finally {
    cancel();
  }
}

/** Returns the error of a download that the caller has aborted. */
export const abortedDownload = (target: string, cause: unknown): LlmError =>
  new LlmError('aborted', `${target}: the download of the video was aborted`, { target }, { cause });
