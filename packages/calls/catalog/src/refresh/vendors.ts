/** Values of `litellm_provider` for a vendor, and the prefix of the vendor's ids. */
export interface LitellmNames {
  readonly providers: readonly string[];
  readonly prefix: string;
}

/** Names of a vendor in the sources. */
export interface VendorNames {
  /** Name in models.dev and in majordomo. */
  readonly vendor: string;
  readonly genai: string;
  /** File name in pi-ai's data. */
  readonly piAi: string;
  readonly litellm: LitellmNames;
  /**
   * Whether the vendor resells models of other makers. The models of such a vendor change daily, so the catalog includes only
   * those that models.dev or pi-ai lists.
   */
  readonly resells?: true;
}

const litellm = (prefix: string, ...providers: readonly string[]): LitellmNames => ({ providers, prefix });

/** Returns the names of a vendor. The sources use the same name unless `names` contains another name. */
const named = (vendor: string, names: Partial<VendorNames> = {}): VendorNames => ({
  vendor,
  genai: vendor,
  piAi: vendor,
  litellm: litellm(`${vendor}/`, vendor),
  ...names,
});

/**
 * Vendors of all providers and profiles for which a source has data, and three vendors for which applications use a custom
 * profile.
 */
export const VENDORS: readonly VendorNames[] = [
  named('alibaba', { litellm: litellm('dashscope/', 'dashscope') }),
  named('amazon-bedrock', { genai: 'aws', litellm: litellm('', 'bedrock', 'bedrock_converse') }),
  named('anthropic', { litellm: litellm('', 'anthropic') }),
  named('azure'),
  // Ignore LiteLLM's models of Baseten, because they have no limits and their facts would precede the facts of pi-ai.
  named('baseten', { litellm: litellm('') }),
  named('cerebras'),
  named('cloudflare-ai-gateway', { resells: true }),
  named('cloudflare-workers-ai', { litellm: litellm('cloudflare/', 'cloudflare') }),
  named('cohere', { litellm: litellm('', 'cohere', 'cohere_chat') }),
  named('deepinfra', { resells: true }),
  named('deepseek'),
  named('fireworks-ai', {
    piAi: 'fireworks',
    genai: 'fireworks',
    litellm: litellm('fireworks_ai/', 'fireworks_ai'),
    resells: true,
  }),
  named('github-models', { resells: true }),
  named('google', { litellm: litellm('gemini/', 'gemini') }),
  named('google-vertex', {
    genai: 'google',
    litellm: litellm('', 'vertex_ai-language-models', 'vertex_ai-embedding-models'),
  }),
  named('google-vertex-anthropic', { litellm: litellm('vertex_ai/', 'vertex_ai-anthropic_models') }),
  named('groq'),
  named('huggingface', { resells: true }),
  named('minimax'),
  named('mistral'),
  named('moonshotai', { litellm: litellm('moonshot/', 'moonshot') }),
  named('nvidia', { resells: true }),
  named('ollama-cloud', { resells: true }),
  named('openai', { litellm: litellm('', 'openai', 'text-completion-openai') }),
  named('openrouter', { resells: true }),
  named('perplexity'),
  named('poolside'),
  named('togetherai', {
    piAi: 'together',
    genai: 'together',
    litellm: litellm('together_ai/', 'together_ai'),
    resells: true,
  }),
  named('vercel', {
    piAi: 'vercel-ai-gateway',
    litellm: litellm('vercel_ai_gateway/', 'vercel_ai_gateway'),
    resells: true,
  }),
  named('xai', { genai: 'x-ai' }),
  named('xiaomi'),
  named('zai'),
  named('zhipuai'),
];
