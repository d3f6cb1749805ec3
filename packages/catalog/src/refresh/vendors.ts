/** Values of `litellm_provider` for a vendor, and the prefixes of its ids. */
export interface LitellmNames {
  readonly providers: readonly string[];
  readonly prefix: string;
}

/** Names of a vendor in the sources. */
export interface VendorNames {
  /** Name in models.dev and in majordomo. */
  readonly vendor: string;
  readonly genai?: string;
  /** File name in pi-ai's data. */
  readonly piAi?: string;
  readonly litellm?: LitellmNames;
  /**
   * Whether the vendor resells models of other makers. Only its models in models.dev are included, because the list changes
   * daily.
   */
  readonly resells?: true;
}

const litellm = (prefix: string, ...providers: readonly string[]): LitellmNames => ({ providers, prefix });

/**
 * Vendors of all providers and profiles for which a source has data, and three vendors for which applications use a custom
 * profile.
 */
export const VENDORS: readonly VendorNames[] = [
  { vendor: 'alibaba', litellm: litellm('dashscope/', 'dashscope') },
  {
    vendor: 'amazon-bedrock',
    piAi: 'amazon-bedrock',
    genai: 'aws',
    litellm: litellm('', 'bedrock', 'bedrock_converse'),
  },
  { vendor: 'anthropic', piAi: 'anthropic', genai: 'anthropic', litellm: litellm('', 'anthropic') },
  { vendor: 'azure', piAi: 'azure', genai: 'azure', litellm: litellm('azure/', 'azure') },
  { vendor: 'baseten', piAi: 'baseten' },
  { vendor: 'cerebras', piAi: 'cerebras', genai: 'cerebras', litellm: litellm('cerebras/', 'cerebras') },
  { vendor: 'cloudflare-ai-gateway', piAi: 'cloudflare-ai-gateway', resells: true },
  {
    vendor: 'cloudflare-workers-ai',
    piAi: 'cloudflare-workers-ai',
    litellm: litellm('cloudflare/', 'cloudflare'),
  },
  { vendor: 'cohere', genai: 'cohere', litellm: litellm('', 'cohere', 'cohere_chat') },
  { vendor: 'deepinfra', litellm: litellm('deepinfra/', 'deepinfra'), resells: true },
  { vendor: 'deepseek', piAi: 'deepseek', genai: 'deepseek', litellm: litellm('deepseek/', 'deepseek') },
  {
    vendor: 'fireworks-ai',
    piAi: 'fireworks',
    genai: 'fireworks',
    litellm: litellm('fireworks_ai/', 'fireworks_ai'),
    resells: true,
  },
  { vendor: 'github-models', resells: true },
  { vendor: 'google', piAi: 'google', genai: 'google', litellm: litellm('gemini/', 'gemini') },
  {
    vendor: 'google-vertex',
    piAi: 'google-vertex',
    genai: 'google',
    litellm: litellm('', 'vertex_ai-language-models', 'vertex_ai-embedding-models'),
  },
  { vendor: 'google-vertex-anthropic', litellm: litellm('vertex_ai/', 'vertex_ai-anthropic_models') },
  { vendor: 'groq', piAi: 'groq', genai: 'groq', litellm: litellm('groq/', 'groq') },
  { vendor: 'huggingface', piAi: 'huggingface', resells: true },
  { vendor: 'minimax', piAi: 'minimax', genai: 'minimax', litellm: litellm('minimax/', 'minimax') },
  { vendor: 'mistral', piAi: 'mistral', genai: 'mistral', litellm: litellm('mistral/', 'mistral') },
  {
    vendor: 'moonshotai',
    piAi: 'moonshotai',
    genai: 'moonshotai',
    litellm: litellm('moonshot/', 'moonshot'),
  },
  { vendor: 'nvidia', piAi: 'nvidia', resells: true },
  { vendor: 'ollama-cloud', resells: true },
  {
    vendor: 'openai',
    piAi: 'openai',
    genai: 'openai',
    litellm: litellm('', 'openai', 'text-completion-openai'),
  },
  {
    vendor: 'openrouter',
    piAi: 'openrouter',
    genai: 'openrouter',
    litellm: litellm('openrouter/', 'openrouter'),
    resells: true,
  },
  { vendor: 'perplexity', genai: 'perplexity', litellm: litellm('perplexity/', 'perplexity') },
  { vendor: 'poolside' },
  {
    vendor: 'togetherai',
    piAi: 'together',
    genai: 'together',
    litellm: litellm('together_ai/', 'together_ai'),
    resells: true,
  },
  {
    vendor: 'vercel',
    piAi: 'vercel-ai-gateway',
    litellm: litellm('vercel_ai_gateway/', 'vercel_ai_gateway'),
    resells: true,
  },
  { vendor: 'xai', piAi: 'xai', genai: 'x-ai', litellm: litellm('xai/', 'xai') },
  { vendor: 'xiaomi', piAi: 'xiaomi' },
  { vendor: 'zai', piAi: 'zai', genai: 'zai', litellm: litellm('zai/', 'zai') },
  { vendor: 'zhipuai', genai: 'zhipuai' },
];
