/**
 * Names of vendors and models that shared code must not contain. Shared code depends on quirks, which are named after
 * differences between APIs.
 */
export const VENDORS: RegExp =
  /openai|chatgpt|anthropic|claude|gemini|vertex|bedrock|azure|groq|grok|cerebras|mistral|deepseek|openrouter|fireworks|cohere|perplexity|nvidia|ollama|moonshot|kimi|qwen|alibaba|dashscope|huggingface|llama|lmstudio|vllm|cloudflare|workers-?ai|copilot|venice|together-?ai|\bxai\b|\bgpt-/gi;

/** Vendor names that a provider package may use everywhere: its vendor and its wire. */
export const OWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  'openai-wire': ['openai'],
  // Platforms that serve Claude use its model ids.
  claude: ['claude', 'anthropic'],
  'provider-openai': ['openai'],
  'provider-anthropic': ['anthropic', 'claude'],
  'provider-google': ['gemini', 'vertex'],
  // Claude's signed reasoning is the same on every platform, so the name of its family is allowed here.
  'provider-bedrock': ['bedrock', 'claude'],
  'provider-ollama': ['ollama'],
  'provider-cloudflare': ['cloudflare', 'workers-ai', 'workersai'],
  'provider-groq': ['openai', 'groq'],
  // This provider delegates chat to provider-openai.
  'provider-llama-swap': ['llama', 'openai'],
  'provider-cerebras': ['openai', 'cerebras'],
};

/** Allowed files with vendor names in every package. */
export const VENDOR_FILES: RegExp = /\/profiles\/|\/profiles\.ts$|\/models\.ts$|\/model-ids\.ts$/;

/** Other files that may contain vendor names, each with the reason. */
export const NAMES_VENDORS: Readonly<Record<string, string>> = {
  'packages/base/core/src/prepare/replay.ts':
    'says who can read a replay token; one file, so that packages agree',
  'packages/base/wire-kit/src/rate-limits.ts': 'names of headers',
  'packages/base/wire-kit/src/key-forms.ts': 'the shapes of keys that vendors issue',
  'packages/base/core/src/toolkit.ts': 'exports those families by name',
  'packages/base/core/src/resolve/dsn.ts': 'the example in an error message',
  'packages/base/core/src/errors/redact.ts': 'the shapes of keys that vendors issue',
  'packages/providers/openai-wire/src/index.ts': 'exports the profiles by name',
  'packages/providers/provider-bedrock/src/embedding.ts':
    'each maker of vectors there has a request of its own',
  'packages/providers/provider-bedrock/src/rerank.ts': 'only models of one maker are available over this API',
  'packages/providers/provider-openai/src/index.ts': 'exports the profiles by name',
};
