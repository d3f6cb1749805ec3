import { profileHosts } from './profile-hosts.ts';
import type { ReplacementName } from './replacement.ts';

/** Host that serves inference requests. */
export interface InferenceHost {
  /** Host name. A `*` matches any characters except a dot. Includes a port only if the service always uses that port. */
  readonly host: string;
  readonly use: ReplacementName;
  /** Path prefixes of the inference API, for a host that also serves web pages. */
  readonly paths?: readonly string[] | undefined;
}

/** Hosts with a replacement of their own or a path, and vendors without a profile. Source: API references and SDKs, 2026-11-20. */
export const namedHosts: readonly InferenceHost[] = [
  { host: 'api.openai.com', use: 'openai' },
  { host: '*.api.openai.com', use: 'openai' },
  { host: 'chatgpt.com', use: 'openai', paths: ['/backend-api/'] },
  { host: '*.openai.azure.com', use: 'openai' },
  { host: '*.services.ai.azure.com', use: 'openai' },
  { host: '*.cognitiveservices.azure.com', use: 'openai', paths: ['/openai/'] },
  { host: 'models.inference.ai.azure.com', use: 'compatible' },
  { host: 'models.github.ai', use: 'compatible' },
  { host: 'api.githubcopilot.com', use: 'compatible' },

  { host: 'api.anthropic.com', use: 'anthropic' },

  { host: 'generativelanguage.googleapis.com', use: 'google' },
  { host: 'aiplatform.googleapis.com', use: 'google' },
  { host: '*-aiplatform.googleapis.com', use: 'google' },
  { host: 'cloudcode-pa.googleapis.com', use: 'google' },

  { host: 'bedrock-runtime.*.amazonaws.com', use: 'bedrock' },
  { host: 'bedrock-runtime-fips.*.amazonaws.com', use: 'bedrock' },
  { host: 'bedrock-runtime.*.amazonaws.com.cn', use: 'bedrock' },

  { host: 'ollama.com', use: 'ollama', paths: ['/api/', '/v1/'] },
  { host: 'localhost:11434', use: 'ollama' },
  { host: '127.0.0.1:11434', use: 'ollama' },
  { host: '[::1]:11434', use: 'ollama' },
  { host: 'host.docker.internal:11434', use: 'ollama' },

  { host: 'gateway.ai.cloudflare.com', use: 'cloudflare' },
  { host: 'api.cloudflare.com', use: 'cloudflare', paths: ['/client/v4/accounts/*/ai/'] },

  { host: 'api.groq.com', use: 'groq' },
  { host: 'api.cerebras.ai', use: 'cerebras' },
  { host: 'openrouter.ai', use: 'openrouter', paths: ['/api/'] },
  { host: 'integrate.api.nvidia.com', use: 'compatible' },
  { host: 'api.mistral.ai', use: 'mistral' },
  { host: 'codestral.mistral.ai', use: 'mistral' },
  { host: 'api.cohere.com', use: 'compatible' },
  { host: 'api.cohere.ai', use: 'compatible' },
  { host: 'api.deepseek.com', use: 'deepseek' },
  { host: 'api.x.ai', use: 'xai' },
  { host: 'api.together.xyz', use: 'together' },
  { host: 'api.together.ai', use: 'together' },
  { host: 'api.fireworks.ai', use: 'compatible' },
  { host: 'api.perplexity.ai', use: 'compatible' },
  { host: 'api.moonshot.ai', use: 'compatible' },
  { host: 'api.moonshot.cn', use: 'compatible' },
  { host: 'api.z.ai', use: 'compatible' },
  { host: 'open.bigmodel.cn', use: 'compatible' },
  { host: 'api.minimax.io', use: 'compatible' },
  { host: 'dashscope.aliyuncs.com', use: 'compatible' },
  { host: 'dashscope-intl.aliyuncs.com', use: 'compatible' },
  { host: 'api.sambanova.ai', use: 'compatible' },
  { host: 'api.hyperbolic.xyz', use: 'compatible' },
  { host: 'api.deepinfra.com', use: 'compatible' },
  { host: 'api.novita.ai', use: 'compatible' },
  { host: 'api.studio.nebius.com', use: 'compatible' },
  { host: 'inference.baseten.co', use: 'compatible' },
  { host: 'api.replicate.com', use: 'compatible' },
  { host: 'api.ai21.com', use: 'compatible' },
  { host: 'router.huggingface.co', use: 'compatible' },
  { host: 'api-inference.huggingface.co', use: 'compatible' },
  { host: 'ai-gateway.vercel.sh', use: 'gateway' },
  { host: 'opencode.ai', use: 'compatible', paths: ['/zen/'] },
];

/** All hosts that serve inference requests. */
export const inferenceHosts: readonly InferenceHost[] = [
  ...namedHosts,
  ...profileHosts.map((host): InferenceHost => ({ host, use: 'compatible' })),
];
