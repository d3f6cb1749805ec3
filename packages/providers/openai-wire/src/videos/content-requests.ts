import { LlmError, type VideoBackend, type VideoRequest } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import {
  batchRequest,
  dataUrl,
  FILE_TYPE,
  readVideoRef,
  videoRef,
  videoUsage,
} from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';
import { inBandError } from '../failure/in-band-error.ts';
import { jsonBody, mergeExtra } from '../other-models/extra.ts';
import { reportedNanoUsd } from '../reading/reported-cost.ts';
import { videoBody } from './video-body.ts';

// OpenRouter's video API. Source: types of @openrouter/sdk 1.3.19.

/** Key of this API in `VideoRequest.extra`. */
const WIRE = 'video-contents';
/** Statuses of a job that has ended without a video. */
const ENDED = ['failed', 'cancelled', 'expired'];

type Videos = Pick<VideoBackend, 'start' | 'look' | 'download'>;

/**
 * Creates the request functions of OpenRouter's video API, which can neither cancel nor delete a video. A reference contains
 * the id of the video, and the settings of its request that determine the price. No idempotency key is known for the API, so the
 * token of a start is not sent.
 */
export function contentRequests(modelId: string, { open }: Connection): Videos {
  return {
    async start(request, _token, context) {
      const { target } = context;
      const text = jsonBody(mergeExtra(bodyOf(request, modelId), request, WIRE, target));
      const { id } = await batchRequest(context, open, async (requestContext, session) => {
        const response = await session.send('post', '/videos', requestContext, text);
        return videoBody(await response.json(), target, session.secrets);
      });
      if (typeof id === 'string' && id !== '') return videoRef(id, request);
      throw new LlmError('protocol', `${target}: the response to the start of a video has no id`, { target });
    },

    look: (ref, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const { target } = context;
        const { id, seconds, resolution } = readVideoRef(ref);
        const path = `/videos/${encodeURIComponent(id)}`;
        const response = await session.send('get', path, requestContext);
        const body = videoBody(await response.json(), target, session.secrets);
        const { status, error, unsigned_urls: urls, usage: raw } = body;
        if (typeof status !== 'string') {
          const why = `${target}: the response to a look at a video has no status`;
          throw new LlmError('protocol', why, { target, path: 'status' });
        }
        if (status === 'pending') return { state: 'queued' };
        const cost = reportedNanoUsd(asRecord(raw));
        if (ENDED.includes(status)) {
          const why = error ?? `the vendor has ended the video: ${status}`;
          const failure = inBandError({ error: why }, target, session.secrets);
          const spent = cost === undefined ? undefined : videoUsage({}, cost);
          return { state: 'ended', video: { videos: [], usage: spent, error: failure } };
        }
        if (status !== 'completed') return { state: 'running' };
        // A completed job has at least one video, although the vendor may not list its URL.
        const count = Math.max(1, asList(urls).length);
        const videos = Array.from({ length: count }, (_, index) => ({
          ref: `${path}/content?index=${index}`,
          mediaType: 'video/mp4',
          seconds,
        }));
        return { state: 'ended', video: { videos, usage: videoUsage({ seconds, resolution }, cost) } };
      }),

    download: (ref, context) =>
      batchRequest(context, open, (requestContext, session) =>
        // With this header, the size of the body is not limited.
        session.send('get', ref, {
          ...requestContext,
          headers: { ...requestContext.headers, accept: FILE_TYPE },
        }),
      ),
  };
}

function bodyOf(request: VideoRequest, modelId: string): Readonly<Record<string, unknown>> {
  const { prompt, image, seconds, seed, aspectRatio, resolution } = request;
  const frame = image && {
    type: 'image_url',
    image_url: { url: dataUrl(image.mediaType, image.bytes) },
    frame_type: 'first_frame',
  };
  return {
    model: modelId,
    prompt,
    duration: seconds,
    seed,
    aspect_ratio: aspectRatio,
    resolution: resolution === '4k' ? '4K' : resolution,
    frame_images: frame && [frame],
  };
}
