import { LlmError, type PreparedTarget } from '@majordomo/core';
import { beginJob } from '../job/begin-job.ts';
import type { GeneratedVideo, VideoJob, VideoModel, VideoResponse } from '../contract.ts';
import { endOf, jobFunctions } from '../job/job.ts';
import { untilStarted } from '../drive/job-wait.ts';
import { attemptsOf, failureOf, type JobRecord, type StoredVideos } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { prepareTarget } from '../vendor/targets.ts';
import { sendRequest } from '../vendor/vendor-request.ts';
import { abortedDownload, contentOf } from './video-content.ts';

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
      const response = await download(target, ref, setup, signal);
      return contentOf(response, { target: key, mediaType, clock: setup.clock, signal });
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
  const limits = { clock, connectMs: undefined, signal };
  return sendRequest(context, limits, (own) => video.api.download(ref, own)).catch((cause: unknown) => {
    throw signal.aborted ? abortedDownload(target, cause) : cause;
  });
}
