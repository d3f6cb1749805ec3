import type { ImageLimits } from './capabilities.ts';
import type { ImagePart } from './part.ts';

/** Makes an image fit a target's limits; `@majordomo/media` has one. Always called with the original bytes. */
export interface MediaFitter {
  /** Throws `unsupported` for what cannot be made to fit; the target is then passed over. */
  fit(image: ImagePart, limits: ImageLimits, signal: AbortSignal): Promise<ImagePart>;
}
