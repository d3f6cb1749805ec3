/** One backend that the command knows by name: a row says which package serves it, and what it needs. */
export interface Backend {
  /** The provider's id: what stands before the slash. */
  readonly id: string;
  readonly package: string;
  /** The package's function that creates it, and what it is called with. */
  readonly create: string;
  readonly options?: Readonly<Record<string, string>>;
  /** For `openaiCompatible`: the exported profile that is its first argument. */
  readonly profile?: string;
  /** Any of these variables is a credential for it. */
  readonly keyEnv: readonly string[];
  /** The variable that says where it is, and what follows its value in a base URL. */
  readonly placeEnv?: string;
  readonly placePath?: string;
  /** `server` and `cli` are looked for on this machine and need no credential; anything else has to be named. */
  readonly kind: 'remote' | 'server' | 'cli';
  /** Schemes of `LLM_*` DSNs that its package serves. */
  readonly schemes?: readonly string[];
}

const OPENAI = '@majordomo/provider-openai';
const OLLAMA = '@majordomo/provider-ollama';

/** A vendor's profile; without a key it is a server on this machine. */
const compatible = (id: string, profile: string, key?: string): Backend => ({
  id,
  profile,
  package: OPENAI,
  create: 'openaiCompatible',
  keyEnv: key === undefined ? [] : [key],
  kind: key === undefined ? 'server' : 'remote',
});

const cli = (id: string, command: string): Backend => ({
  id,
  package: '@majordomo/provider-cli',
  create: 'createCli',
  options: { cli: command },
  keyEnv: [],
  kind: 'cli',
});

/** Ids, variables and schemes are those of the packages; a test opens every installed one and compares. */
export const BACKENDS: readonly Backend[] = [
  {
    id: 'openai',
    package: OPENAI,
    create: 'createOpenAI',
    keyEnv: ['OPENAI_API_KEY'],
    kind: 'remote',
    schemes: ['openai', 'openai-responses'],
  },
  {
    id: 'anthropic',
    package: '@majordomo/provider-anthropic',
    create: 'createAnthropic',
    keyEnv: ['ANTHROPIC_API_KEY'],
    kind: 'remote',
    schemes: ['anthropic'],
  },
  {
    id: 'google',
    package: '@majordomo/provider-google',
    create: 'createGoogle',
    keyEnv: ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_CLOUD_PROJECT'],
    kind: 'remote',
    schemes: ['google', 'gemini'],
  },
  {
    id: 'bedrock',
    package: '@majordomo/provider-bedrock',
    create: 'createBedrock',
    keyEnv: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'],
    kind: 'remote',
    schemes: ['bedrock'],
  },
  {
    id: 'cloudflare',
    package: '@majordomo/provider-cloudflare',
    create: 'createCloudflare',
    keyEnv: ['CLOUDFLARE_API_TOKEN'],
    kind: 'remote',
    schemes: ['cloudflare'],
  },
  compatible('alibaba', 'alibaba', 'DASHSCOPE_API_KEY'),
  compatible('cerebras', 'cerebras', 'CEREBRAS_API_KEY'),
  compatible('cohere', 'cohere', 'COHERE_API_KEY'),
  compatible('deepseek', 'deepseek', 'DEEPSEEK_API_KEY'),
  compatible('fireworks', 'fireworks', 'FIREWORKS_API_KEY'),
  compatible('github-models', 'githubModels', 'GITHUB_TOKEN'),
  compatible('groq', 'groq', 'GROQ_API_KEY'),
  compatible('huggingface', 'huggingface', 'HF_TOKEN'),
  compatible('mimo', 'mimo', 'MIMO_API_KEY'),
  compatible('minimax', 'minimax', 'MINIMAX_API_KEY'),
  compatible('mistral', 'mistral', 'MISTRAL_API_KEY'),
  compatible('moonshot', 'moonshot', 'MOONSHOT_API_KEY'),
  compatible('nvidia', 'nvidia', 'NVIDIA_API_KEY'),
  compatible('openrouter', 'openrouter', 'OPENROUTER_API_KEY'),
  compatible('perplexity', 'perplexity', 'PERPLEXITY_API_KEY'),
  compatible('poolside', 'poolside', 'POOLSIDE_API_KEY'),
  compatible('together', 'together', 'TOGETHER_API_KEY'),
  compatible('vercel-gateway', 'vercelGateway', 'AI_GATEWAY_API_KEY'),
  compatible('xai', 'xai', 'XAI_API_KEY'),
  compatible('zai', 'zai', 'ZAI_API_KEY'),
  {
    ...compatible('azure', 'azureOpenAI', 'AZURE_OPENAI_API_KEY'),
    placeEnv: 'AZURE_OPENAI_ENDPOINT',
    placePath: '/openai/v1',
  },
  compatible('llamacpp', 'llamacpp'),
  compatible('lmstudio', 'lmstudio'),
  compatible('vllm', 'vllm'),
  {
    id: 'ollama',
    package: OLLAMA,
    create: 'createOllama',
    keyEnv: [],
    kind: 'server',
    schemes: ['ollama', 'ollama-cloud', 'foreman'],
  },
  {
    id: 'ollama-cloud',
    package: OLLAMA,
    create: 'createOllama',
    options: { profile: 'ollama-cloud' },
    keyEnv: ['OLLAMA_API_KEY'],
    kind: 'remote',
  },
  {
    id: 'llama-swap',
    package: '@majordomo/provider-llama-swap',
    create: 'createLlamaSwap',
    keyEnv: [],
    kind: 'remote',
    schemes: ['llama-swap', 'llama-swaps'],
  },
  cli('anthropic-cli', 'claude'),
  cli('google-cli', 'gemini'),
  cli('cursor-cli', 'cursor-agent'),
  cli('codex-cli', 'codex'),
  cli('opencode', 'opencode'),
];

/** The backend of an id. */
export const backendOf = (id: string): Backend | undefined => BACKENDS.find((backend) => backend.id === id);

/** The backend whose package serves a DSN's scheme; `+http` is no part of it. */
export function backendForScheme(dsn: string): Backend | undefined {
  const scheme = /^([a-z][a-z0-9.-]*)(?:\+http)?:\/\//i.exec(dsn.trim())?.[1]?.toLowerCase();
  return scheme === undefined ? undefined : BACKENDS.find(({ schemes }) => schemes?.includes(scheme));
}
