import type { Credential, ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/**
 * `baseURL` is the origin, as the SDK means it; default `https://generativelanguage.googleapis.com`, on Vertex the one
 * of the location. The key's variables are GOOGLE_API_KEY and GEMINI_API_KEY.
 */
export interface GoogleOptions extends ProviderOptions {
  /** The API's version in the path. Default: the SDK's own, `v1`, and `v1beta1` on Vertex. */
  readonly apiVersion?: string | undefined;
  /** Vertex AI instead of the Gemini API; also by `project` or `location`, or GOOGLE_GENAI_USE_VERTEXAI=true. */
  readonly vertexai?: boolean | undefined;
  /** Google Cloud project. Default on Vertex: GOOGLE_CLOUD_PROJECT. */
  readonly project?: string | undefined;
  /** Vertex location such as `europe-west4`. Default there: GOOGLE_CLOUD_LOCATION, else `global`. */
  readonly location?: string | undefined;
  /**
   * OAuth access token for Vertex, or a source that is asked per attempt. Default: application default credentials,
   * found by the SDK's auth library: at GOOGLE_APPLICATION_CREDENTIALS of the environment that majordomo was given,
   * else where that library looks by itself, its own process environment and the metadata server included.
   */
  readonly token?: Credential | undefined;
  /** Where a model differs from what is known of its id; wins over it. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A `GoogleGenAI` to be used as it is, with its own credential and base URL. */
  readonly client?: object | undefined;
}

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<GoogleOptions> = {
  apiVersion: 'string',
  vertexai: 'boolean',
  project: 'string',
  location: 'string',
  token: true,
  quirks: 'object',
  client: 'object',
};
