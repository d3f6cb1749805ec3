import { fitImages, imagesIn } from '../prepare/media.ts';
import { unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { user } from '../types/messages.ts';
import type { PreparedVideo } from '../types/majordomo.ts';
import type { VideoRequest } from '../types/operations.ts';
import type { MediaFitter, ModelContext } from '../types/provider.ts';
import { anything, bytes, filledText, integer, matching, oneOf, open } from '../util/checks.ts';
import { requestCheck } from './single-response.ts';

/** Throws `invalid-request` for a request that is not valid. */
export const validateVideo: (request: VideoRequest) => void = requestCheck<VideoRequest>(
  { prompt: filledText },
  {
    image: open({ bytes }),
    seconds: integer(1),
    seed: integer(),
    aspectRatio: matching(/^[1-9]\d*:[1-9]\d*$/, 'must be like 16:9'),
    resolution: oneOf('480p', '720p', '1080p', '4k'),
    extra: anything,
  },
  { duration: 'seconds', size: 'resolution', images: 'image' },
);

/** Adapts a request to a target. Throws `unsupported` for a target that generates no videos. */
export async function prepareVideo(
  request: VideoRequest,
  { key, provider, modelId }: Target,
  media: MediaFitter | undefined,
  context: Pick<ModelContext, 'env' | 'signal'>,
): Promise<PreparedVideo> {
  const api = provider.videoModel?.(modelId, context.env);
  if (api === undefined) throw unsupportedError(key, 'does not generate videos');
  const { image, ...others } = request;
  // A video without its first frame is another video.
  if (image !== undefined && !api.settings.includes('image'))
    throw unsupportedError(key, 'does not accept a first frame', { path: 'image' });
  const frames =
    image === undefined ? undefined : await fitImages([user(image)], api.images, media, key, context);
  const unknown = DROPPABLE.filter((name) => others[name] !== undefined && !api.settings.includes(name));
  const settings = Object.entries(others).filter(([name]) => !(unknown as readonly string[]).includes(name));
  const dropped = unknown.map(
    (what) => ({ action: 'dropped', what, why: `${key} has no such setting` }) as const,
  );
  return {
    api,
    request: {
      ...(Object.fromEntries(settings) as Omit<VideoRequest, 'image'>),
      image: frames && imagesIn(frames.messages)[0],
    },
    warnings: [...dropped, ...(frames?.warnings ?? [])],
  };
}

/** Settings that a target may drop. */
const DROPPABLE = ['seconds', 'seed', 'aspectRatio', 'resolution'] as const;
