import type { ReplacementName } from './replacement.ts';

/**
 * What must speak for inference besides the address: nothing; any of a wire's header, a vendor's name in the address
 * and a body with a model; the header or the name (apps have such routes themselves); only the header.
 */
export type Proof = 'nothing' | 'any' | 'name' | 'header';

/** A path that belongs to an inference wire. */
export interface WirePath {
  /** Matches at the end of the path or before `?`. A `*` stands for one segment. */
  readonly path: string;
  readonly use: ReplacementName;
  readonly needs: Proof;
}

/** From the vendors' API references, 2026-11-20. */
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

/** Request headers that only inference wires use (lower case), from the vendors' API references, 2026-11-20. */
export const wireHeaders: ReadonlyMap<string, ReplacementName> = new Map<string, ReplacementName>([
  ['anthropic-version', 'anthropic'],
  ['anthropic-beta', 'anthropic'],
  ['anthropic-dangerous-direct-browser-access', 'anthropic'],
  ['openai-organization', 'openai'],
  ['openai-beta', 'openai'],
  ['x-goog-api-key', 'google'],
  ['cf-aig-authorization', 'cloudflare'],
]);

/** A body is one of inference when it names a model and one of these. */
export const bodyInputs: ReadonlySet<string> = new Set(['messages', 'prompt', 'input', 'contents']);

/** Vendors' and wires' names as they turn up in variables (`OPENAI_BASE_URL`, `ollamaHost`). */
export const vendorWords: RegExp =
  /openai|anthropic|claude|gemini|vertex|bedrock|ollama|groq|cerebras|mistral|cohere|openrouter|deepseek|llm|inference|completions?_?url/i;
