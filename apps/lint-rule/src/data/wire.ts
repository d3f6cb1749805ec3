import type { ReplacementName } from './replacement.ts';

/**
 * Evidence that a call needs in addition to the path. `nothing`: no evidence. `any`: a header of the API, a vendor's name in the
 * address, or a body with a model. `name`: a header of the API or a vendor's name, because applications also have routes with
 * this path. `header`: a header of the API.
 */
export type RequiredEvidence = 'nothing' | 'any' | 'name' | 'header';

/** Path of an inference API. */
export interface WirePath {
  /** Pattern for the end of the path, before any `?` or `#`. A `*` matches one segment. */
  readonly path: string;
  readonly use: ReplacementName;
  readonly needs: RequiredEvidence;
}

/** Source: API references of the vendors, 2026-11-20. */
export const wirePaths: readonly WirePath[] = [
  { path: '/chat/completions', use: 'compatible', needs: 'nothing' },
  { path: '/v1/completions', use: 'compatible', needs: 'any' },
  { path: '/v1/responses', use: 'openai', needs: 'any' },
  { path: '/v1/messages', use: 'anthropic', needs: 'any' },
  { path: '/v1/messages/batches', use: 'anthropic', needs: 'any' },
  { path: ':generateContent', use: 'google', needs: 'nothing' },
  { path: ':streamGenerateContent', use: 'google', needs: 'nothing' },
  { path: ':rawPredict', use: 'anthropic', needs: 'nothing' },
  { path: ':streamRawPredict', use: 'anthropic', needs: 'nothing' },
  { path: '/model/*/converse', use: 'bedrock', needs: 'nothing' },
  { path: '/model/*/converse-stream', use: 'bedrock', needs: 'nothing' },
  { path: '/model/*/invoke', use: 'bedrock', needs: 'nothing' },
  { path: '/model/*/invoke-with-response-stream', use: 'bedrock', needs: 'nothing' },
  { path: '/api/chat', use: 'ollama', needs: 'name' },
  { path: '/api/generate', use: 'ollama', needs: 'name' },
];

/** Request headers that only inference APIs use (lower case). Source: API references of the vendors, 2026-11-20. */
export const wireHeaders: ReadonlyMap<string, ReplacementName> = new Map<string, ReplacementName>([
  ['anthropic-version', 'anthropic'],
  ['anthropic-beta', 'anthropic'],
  ['anthropic-dangerous-direct-browser-access', 'anthropic'],
  ['openai-organization', 'openai'],
  ['openai-beta', 'openai'],
  ['x-goog-api-key', 'google'],
  ['cf-aig-authorization', 'cloudflare'],
]);

/** Names of properties that contain the input of a request. A body with a model and one of these inputs is evidence. */
export const bodyInputs: ReadonlySet<string> = new Set(['messages', 'prompt', 'input', 'contents']);

/** Matches names of vendors and APIs in names of variables, such as `OPENAI_BASE_URL` and `ollamaHost`. */
export const vendorNames: RegExp =
  /openai|anthropic|claude|gemini|vertex|bedrock|ollama|groq|cerebras|mistral|cohere|openrouter|deepseek|llm|inference|completions?_?url/i;
