import type { CallOptions } from './call.ts';
import type { ImagePart } from './part.ts';
import type { Attempt } from './llm-error.ts';
import type { Usage } from './usage.ts';
import type { Warning } from './response.ts';

/** What to draw. Unset fields are the backend's to choose and are left out on the wire. */
export interface ImageRequest {
  /** What the picture shows; when editing, what to change. */
  readonly prompt: string;
  /** How many pictures. */
  readonly n?: number | undefined;
  /** Pixels, width first. */
  readonly size?: `${number}x${number}` | undefined;
  /**
   * Of the first picture; the others have seed + 1, seed + 2, …. 0 is a seed like any other. Dropped with a warning
   * where the backend has none.
   */
  readonly seed?: number | undefined;
  /** Pictures to start from; a media fitter makes them fit each target. */
  readonly images?: readonly ImagePart[] | undefined;
  /**
   * Which part of the first picture may change. The two belong together pixel by pixel, so neither is made to fit: a
   * target that cannot take them as they are is passed over.
   */
  readonly mask?: ImagePart | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** The pictures, and how they came about. */
export interface ImageResponse {
  /** `provider/model` that drew them. */
  readonly target: string;
  /** Chat image parts: they can go straight into a message. */
  readonly images: readonly ImagePart[];
  /** Such as fewer images than were asked for, or an input image that was scaled down. */
  readonly warnings: readonly Warning[];
  /** With `details.units`, such as `{ 'image:1024x1024': 2 }`; no tokens where the wire counts none. */
  readonly usage: Usage | undefined;
  /** Every try in order, skipped targets included; the last one drew. */
  readonly attempts: readonly Attempt[];
}

/** One target or a chain of them, to draw with. */
export interface ImageModel {
  readonly spec: string;
  /** Draws. Fails over as a chat does; throws an `LlmError`. */
  generate(request: ImageRequest, options?: CallOptions): Promise<ImageResponse>;
}
