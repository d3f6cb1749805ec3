import type { ReplacementName } from './replacement.ts';

/**
 * Evidence that a path needs in addition to the address. `nothing`: none. `any`: a header of the API, a vendor's name in the
 * address, or a body with a model. `name`: the header or the name, because applications have such routes themselves. `header`:
 * only the header.
 */
export type RequiredEvidence = 'nothing' | 'any' | 'name' | 'header';

/** Path of an inference API. */
export interface WirePath {
  /** Matches at the end of the path or before `?`. A `*` matches one segment. */
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

/** Inputs of an inference request. A body counts as evidence if it has a model and one of these inputs. */
export const bodyInputs: ReadonlySet<string> = new Set(['messages', 'prompt', 'input', 'contents']);

/** Matches names of vendors and APIs in variables (`OPENAI_BASE_URL`, `ollamaHost`). */
export const vendorNames: RegExp =
  /openai|anthropic|claude|gemini|vertex|bedrock|ollama|groq|cerebras|mistral|cohere|openrouter|deepseek|llm|inference|completions?_?url/i;
