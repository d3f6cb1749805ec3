import type { ImageRequest, Warning } from '@majordomo/core';

/** Key of `ImageRequest.extra` for the images wire. */
export const IMAGES_WIRE = 'openai-images';

/** Returns a warning for each setting in `extra` for the images wire, which a target with another wire does not receive. */
export const droppedSettings = ({ extra }: Pick<ImageRequest, 'extra'>): readonly Warning[] =>
  Object.keys(extra?.[IMAGES_WIRE] ?? {}).map((what) => ({
    action: 'dropped',
    what,
    why: 'this API does not have the setting',
  }));
