import { LlmError, type JobLook, type VideoBackend, type VideoRequest } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord, toBase64 } from '@majordomo/core/toolkit';
import { extraFor, type ErrorContext } from '@majordomo/wire-kit';
import { batchRequest, readVideoRef, videoRef, videoUsage } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { inBandError, type WireError } from './errors.ts';
import { RPC_CODES } from './rpc-codes.ts';

/** Key of this API in `VideoRequest.extra`, whose members are added to `parameters`. */
const WIRE = 'gemini-videos';

/**
 * Creates the request functions of Veo, whose operations can neither be cancelled nor deleted. A reference is the name of the operation,
 * with the settings that determine the price. Source: @google/genai 2.x, and types of 3.3 (2026-11).
 */
export function videoRequests(
  modelId: string,
  { open }: Connection,
): Pick<VideoBackend, 'start' | 'look' | 'download'> {
  return {
    async start(request, _token, context) {
      const { target } = context;
      const body = bodyOf(request, extraFor(request.extra, WIRE, target));
      const { name } = await batchRequest(context, open, async (requestContext, session) =>
        asRecord(await (await session.predict(modelId, body, requestContext)).json()),
      );
      const id = asText(name);
      if (id !== undefined && id !== '') return videoRef(id, request);
      throw new LlmError('protocol', `${target}: the response to the start of a video has no name`, {
        target,
      });
    },

    look: (ref, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const { videosOperation } = await import('./sdk.ts');
        const operation = videosOperation(readVideoRef(ref).id);
        const response = await session.send(
          ({ operations }, httpOptions) =>
            operations.getVideosOperation({ operation, config: { httpOptions } }),
          requestContext,
        );
        return lookOf(asRecord(await response.json()), ref, session);
      }),

    download: (ref, context) =>
      batchRequest(context, open, (requestContext, session) => session.download(ref, requestContext)).catch(
        (cause: unknown) => {
          // A deleted file has status 403, like a file of another account.
          if (!LlmError.is(cause) || cause.details.status !== 403) throw cause;
          const why = `${context.target}: the vendor no longer has the video`;
          throw new LlmError('not-found', why, cause.details, { cause });
        },
      ),
  };
}

/** Returns the body of a start. `extra` are further members of `parameters`. */
function bodyOf(
  { prompt, image, seconds, seed, aspectRatio, resolution }: VideoRequest,
  extra: object | undefined,
): object {
  const frame = image && { bytesBase64Encoded: toBase64(image.bytes), mimeType: image.mediaType };
  const parameters = { durationSeconds: seconds, seed, aspectRatio, resolution };
  return { instances: [{ prompt, image: frame }], parameters: { ...parameters, ...extra } };
}

function lookOf(operation: Readonly<Record<string, unknown>>, ref: string, facts: ErrorContext): JobLook {
  const { done, error, response } = operation;
  if (done !== true) return { state: 'running' };
  const ended = { state: 'ended' } as const;
  if (isRecord(error)) {
    const failure = inBandError(httpError(error), facts);
    return { ...ended, video: { videos: [], usage: undefined, error: failure } };
  }
  const body = asRecord(asRecord(response)['generateVideoResponse']);
  const { seconds, resolution } = readVideoRef(ref);
  const videos = asList(body['generatedSamples']).flatMap((sample) => {
    const { uri, encoding } = asRecord(asRecord(sample)['video']);
    const name = /files\/[^:/?]+/.exec(asText(uri) ?? '')?.[0];
    return name === undefined ? [] : [{ ref: name, mediaType: asText(encoding) ?? 'video/mp4', seconds }];
  });
  if (videos.length > 0) {
    const usage = videoUsage({ resolution, seconds: seconds && seconds * videos.length });
    return { ...ended, video: { videos, usage } };
  }
  const reasons = asList(body['raiMediaFilteredReasons']).map(String).join('; ');
  const isFiltered = reasons !== '' || (asNumber(body['raiMediaFilteredCount']) ?? 0) > 0;
  const why = `${facts.target}: the vendor has withheld the video because of its content: ${reasons}`;
  const filtered = isFiltered ? new LlmError('content-filter', why, { target: facts.target }) : undefined;
  return { ...ended, video: { videos, usage: undefined, error: filtered } };
}

/** Returns the error of an operation in the form of a failed request. */
function httpError(error: Readonly<Record<string, unknown>>): WireError {
  const [status, code] = RPC_CODES[asNumber(error['code']) ?? -1] ?? ['INTERNAL', 500];
  return { message: asText(error['message']) ?? 'the vendor reported no reason', status, code };
}
