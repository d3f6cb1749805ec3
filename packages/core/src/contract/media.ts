import type { ImageLimits } from './capabilities.ts';
import type { FilePart, ImagePart } from './part.ts';
import type { Warning } from './response.ts';

/** Makes media fit a target's limits; `@majordomo/media` has one. Always called with the original bytes. */
export interface MediaFitter {
  /**
   * The image as the target takes it: the part itself where it fits. What was done to it goes to `warn`, and from there
   * to `ChatResponse.warnings`. Throws `unsupported` for what cannot be made to fit, so that a chain goes on, and
   * `invalid-request` for what no target would take.
   */
  fit(
    image: ImagePart,
    limits: ImageLimits,
    signal: AbortSignal,
    warn?: (warning: Warning) => void,
  ): Promise<ImagePart>;
  /** Pages of a PDF; `undefined` when they cannot be told. Asked only for a target that limits them. */
  pages?(file: FilePart, signal: AbortSignal): Promise<number | undefined>;
  /** Returns the duration of a recording that is to be transcribed, in milliseconds. Undefined if it is not known. */
  durationMs?(recording: Uint8Array): number | undefined | Promise<number | undefined>;
}
