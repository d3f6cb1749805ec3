import { LlmError, type PreparedTarget } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { beginJob } from './begin-job.ts';
import type { GeneratedVideo, VideoContent, VideoJob, VideoModel, VideoResponse } from './contract.ts';
import { endOf, jobFunctions } from './job.ts';
import { untilStarted } from './job-wait.ts';
import { attemptsOf, failureOf, type JobRecord, type StoredVideos } from './record.ts';
import type { Setup } from './setup.ts';
import { prepareTarget } from './targets.ts';
import { sendRequest } from './vendor-request.ts';

/** Returns the video model of a spec, whose calls are jobs. */
export const videoModel = (spec: string, setup: Setup): VideoModel => ({
  spec,
  async start(request, options = {}) {
    const { key, id } = await beginJob({ operation: 'video', spec, request, options }, setup);
    await untilStarted(id, setup, options.signal);
    return videoJob(key, id, setup);
  },
});

/** Returns the job with this key in the store. */
export const videoJob = (key: string, id: string, setup: Setup): VideoJob => ({
  operation: 'video',
  ...jobFunctions(key, id, setup),
  result: async ({ signal } = {}) => videoResponse(await endOf(key, id, setup, signal), setup),
});

/** Returns the result of an ended job. Throws the error of a job without videos. */
function videoResponse(record: JobRecord, setup: Setup): VideoResponse {
  const { videos: stored, spec } = record;
  if (stored === undefined) throw failureOf(record);
  const { target, usage, warnings, videos } = stored;
  return {
    spec,
    target,
    usage,
    warnings,
    attempts: attemptsOf(record),
    videos: videos.map((video) => generatedVideo(video, target, record, setup)),
  };
}

function generatedVideo(
  { ref, mediaType, seconds, expiresAt }: StoredVideos['videos'][number],
  key: string,
  record: JobRecord,
  setup: Setup,
): GeneratedVideo {
  return {
    mediaType,
    ...(seconds !== undefined && { seconds }),
    ...(expiresAt !== undefined && { expiresAt }),
    async read({ signal = new AbortController().signal } = {}) {
      const target = await prepareTarget(key, record, setup, signal);
      return contentOf(await download(target, ref, setup, signal), mediaType, signal);
    },
  };
}

async function download(
  { attempt: { target }, context, video }: PreparedTarget,
  ref: string,
  { clock }: Setup,
  signal: AbortSignal,
): Promise<Response> {
  const why = `${target} no longer generates videos; restore its provider`;
  if (video === undefined) throw new LlmError('config', why, { target });
  return sendRequest(context, { clock, connectMs: undefined, signal }, (own) => video.api.download(ref, own));
}

/** Returns the content of a response. An abort of the signal ends the stream. */
function contentOf(response: Response, mediaType: string, signal: AbortSignal): VideoContent {
  const size = Number(response.headers.get('content-length') ?? NaN);
  const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>> | null;
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> => abortableStream(body, signal);
  return {
    mediaType: response.headers.get('content-type')?.split(';', 1)[0] ?? mediaType,
    size: Number.isInteger(size) ? size : undefined,
    stream,
    bytes: async () => new Uint8Array(await new Response(stream()).arrayBuffer()),
  };
}

/** Returns a stream of a body that ends with the reason of the signal. The signal of the request ends before the body. */
function abortableStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const content: ReadableStream<Uint8Array<ArrayBuffer>> = body ?? new Blob([]).stream();
  const reader = content.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await abortable(reader.read(), signal).catch((error: unknown) => {
          reader.cancel(error).catch(() => undefined);
          throw error;
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
