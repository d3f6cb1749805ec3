import type { CallOptions } from './call.ts';
import type { ImagePart } from './part.ts';
import type { Attempt, Usage, Warning } from './response.ts';

/** What to draw. Unset fields are the backend's to choose and are left out on the wire. */
export interface ImageRequest {
  readonly prompt: string;
  readonly n?: number | undefined;
  /** Pixels, width first. */
  readonly size?: `${number}x${number}` | undefined;
  readonly seed?: number | undefined;
  /** Pictures to start from. */
  readonly images?: readonly ImagePart[] | undefined;
  readonly mask?: ImagePart | undefined;
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

export interface ImageResponse {
  readonly target: string;
  /** Chat image parts: they can go straight into a message. */
  readonly images: readonly ImagePart[];
  readonly warnings: readonly Warning[];
  readonly usage: Usage | undefined;
  readonly attempts: readonly Attempt[];
}

export interface ImageModel {
  readonly spec: string;
  generate(request: ImageRequest, options?: CallOptions): Promise<ImageResponse>;
}
