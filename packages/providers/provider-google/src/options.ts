import type { Credential, ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/**
 * Options of `createGoogle`. `apiKey` defaults to GOOGLE_API_KEY or GEMINI_API_KEY in the `env` of the call. `baseURL` is the
 * origin. The default is GOOGLE_GEMINI_BASE_URL (on Vertex GOOGLE_VERTEX_BASE_URL) in `env`, otherwise
 * `https://generativelanguage.googleapis.com` (on Vertex the host of the location). On Vertex, a key selects express mode, which has no
 * project. `vendor` defaults to 'google', or 'google-vertex' with an option of Vertex. Set `vendor` if only the environment selects
 * Vertex.
 */
export interface GoogleOptions extends ProviderOptions {
  /**
   * Version of the API in the path.
   * @default 'v1', or 'v1beta1' on Vertex
   */
  readonly apiVersion?: string | undefined;
  /**
   * Whether to use Vertex AI instead of the Gemini API.
   * @default true if `project` or `location` is set, or if `env` contains GOOGLE_GENAI_USE_VERTEXAI=true and neither `apiKey` nor
   * `baseURL` is set
   */
  readonly vertexai?: boolean | undefined;
  /**
   * Id of the Google Cloud project.
   * @default on Vertex GOOGLE_CLOUD_PROJECT in `env`
   */
  readonly project?: string | undefined;
  /**
   * Vertex location, such as `europe-west4`.
   * @default on Vertex GOOGLE_CLOUD_LOCATION in `env`, otherwise 'global'
   */
  readonly location?: string | undefined;
  /**
   * OAuth access token for Vertex, or a function that returns an OAuth access token for each attempt.
   * @default application default credentials, which the SDK's auth library reads from the file in
   * GOOGLE_APPLICATION_CREDENTIALS of `env`, otherwise from the process environment and the metadata server
   */
  readonly token?: Credential | undefined;
  /**
   * Whether models of `@majordomo/background` run as background interactions of the Gemini API, which stores their content. Otherwise,
   * they are live calls. Cannot be used with `client`. Has no effect on Vertex AI, and on agents such as
   * `deep-research-preview-04-2026`, which have no live calls.
   * @default false
   */
  readonly background?: boolean | undefined;
  /** Quirks that replace the known quirks of a model. @default none */
  readonly quirks?: Partial<Quirks> | undefined;
  /** `GoogleGenAI` client that sends the requests with its own credential and base URL. @default a new client */
  readonly client?: object | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<GoogleOptions> = {
  apiVersion: 'string',
  vertexai: 'boolean',
  project: 'string',
  location: 'string',
  token: true,
  background: 'boolean',
  quirks: 'object',
  client: 'object',
};
