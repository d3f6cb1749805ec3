import { LlmError, type JobLook, type VideoBackend, type VideoRequest } from '@majordomo/core';
import { asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import { patientFetch } from '@majordomo/wire-kit';
import { batchRequest, dataUrl, readVideoRef, videoRef, videoUsage } from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';
import { inBandError } from '../failure/in-band-error.ts';
import { jsonBody, mergeExtra } from '../other-models/extra.ts';
import { reportedNanoUsd } from '../reading/reported-cost.ts';
import { videoBody } from './video-body.ts';

// xAI's video API. Source: client of @ai-sdk/xai 5.0.12.

/** Key of this API in `VideoRequest.extra`. */
const WIRE = 'video-generations';
const RESOLUTIONS = ['480p', '720p', '1080p'];

type Videos = Pick<VideoBackend, 'start' | 'look' | 'download'>;

/**
 * Creates the request functions of xAI's video API, which can neither cancel nor delete a video. `fetch` downloads videos. A
 * reference contains the id of the video, and the settings of its request that determine the price. No idempotency key is known
 * for the API, so the token of a start is not sent.
 */
export function generationRequests(
  modelId: string,
  { open, baseURL }: Connection,
  fetch: typeof globalThis.fetch | undefined,
): Videos {
  return {
    async start(request, _token, context) {
      const { target } = context;
      const { prompt, image, seconds, aspectRatio, resolution } = request;
      if (resolution !== undefined && !RESOLUTIONS.includes(resolution))
        throw new LlmError('unsupported', `${target} generates videos of at most 1080p, not ${resolution}`, {
          target,
          path: 'resolution',
        });
      const body = {
        model: modelId,
        prompt,
        duration: seconds,
        aspect_ratio: aspectRatio,
        resolution,
        image: image && { url: dataUrl(image.mediaType, image.bytes) },
      };
      const text = jsonBody(mergeExtra(body, request, WIRE, target));
      const { request_id: id } = await batchRequest(context, open, async (requestContext, session) => {
        const response = await session.send('post', '/videos/generations', requestContext, text);
        return videoBody(await response.json(), target, session.secrets);
      });
      if (typeof id === 'string' && id !== '') return videoRef(id, request);
      throw new LlmError('protocol', `${target}: the response to the start of a video has no id`, { target });
    },

    look: (ref, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const requested = readVideoRef(ref);
        const response = await session.send(
          'get',
          `/videos/${encodeURIComponent(requested.id)}`,
          requestContext,
        );
        const body = videoBody(await response.json(), context.target, session.secrets);
        return lookOf(body, requested, context.target, session.secrets);
      }),

    async download(ref, context) {
      const { target, env, signal } = context;
      const url = videoURL(ref, baseURL(env), target);
      // The URL is signed, so `fetch` requests it without the SDK, which would send the credential.
      const get = fetch ?? context.fetch ?? patientFetch;
      const response = await batchRequest(context, open, () => get(url, { signal }));
      // A redirect must not lead to a server without TLS either.
      if (response.ok) {
        try {
          videoURL(response.url === '' ? url : response.url, baseURL(env), target);
          return response;
        } catch (error) {
          await response.body?.cancel();
          throw error;
        }
      }
      await response.body?.cancel();
      const { status } = response;
      // The URL is temporary and contains its signature, so 401 and 403 are taken for an expired URL, not for a wrong credential.
      const isGone = [401, 403, 404, 410].includes(status);
      const why = isGone
        ? 'the vendor no longer has the video'
        : `the video was not sent, with status ${status}`;
      throw new LlmError(isGone ? 'not-found' : 'server', `${target}: ${why}`, { target, status });
    },
  };
}

/** Returns the state of a video from a response of the API. `requested`: the request of the video. */
function lookOf(
  body: Readonly<Record<string, unknown>>,
  requested: Pick<VideoRequest, 'seconds' | 'resolution'>,
  target: string,
  secrets: readonly string[],
): JobLook {
  const { status: rawStatus, video: media, usage: raw, progress } = body;
  const status = asText(rawStatus);
  const video = asRecord(media);
  const cost = reportedNanoUsd(asRecord(raw));
  const failed = (error: LlmError): JobLook => ({
    state: 'ended',
    video: { videos: [], error, usage: cost === undefined ? undefined : videoUsage({}, cost) },
  });
  if (status === 'failed') return failed(inBandError(body, target, secrets));
  if (status === 'expired') return failed(expiredError(target));
  const url = asText(video['url']) ?? asText(asRecord(video['file_output'])['public_url']);
  // A response without a status is finished if it contains the video.
  const isDone = status === 'done' || (status === undefined && url !== undefined);
  if (!isDone) return { state: 'running', progress: shareOf(progress) };
  if (video['respect_moderation'] === false) return failed(moderatedError(target));
  const duration = asNumber(video['duration']) ?? 0;
  const seconds = duration > 0 ? duration : requested.seconds;
  const videos = url === undefined ? [] : [{ ref: url, mediaType: 'video/mp4', seconds }];
  const usage = videoUsage({ seconds, resolution: requested.resolution }, cost);
  return { state: 'ended', video: { videos, usage } };
}

/** Returns the share of the work that is done. xAI reports percent (scale unverified). */
function shareOf(progress: unknown): number | undefined {
  const value = asNumber(progress);
  return value === undefined ? undefined : Math.min(1, Math.max(0, value / 100));
}

/** Returns the URL of a video. Throws `protocol` for one that is neither HTTPS nor of the server itself. */
function videoURL(ref: string, baseURL: string, target: string): string {
  const url = URL.parse(ref);
  if (url?.protocol === 'https:' || (url !== null && url.origin === URL.parse(baseURL)?.origin))
    return url.href;
  throw new LlmError('protocol', `${target}: the URL of the video does not begin with https:`, { target });
}

const moderatedError = (target: string): LlmError =>
  new LlmError('content-filter', `${target}: the vendor has withheld the video because of its content`, {
    target,
  });

const expiredError = (target: string): LlmError =>
  new LlmError('server', `${target}: the vendor has ended the video: expired`, { target });
