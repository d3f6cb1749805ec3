import type { ReplacementName } from './replacement.ts';

/** Package that calls models. A `*` at the end of the name matches any suffix. */
export interface Sdk {
  readonly name: string;
  readonly use: ReplacementName;
}

/** Source: installation pages of vendors and libraries, 2026-11-20. Subpaths are included. */
export const sdks: readonly Sdk[] = [
  { name: 'openai', use: 'openai' },
  { name: '@openai/agents*', use: 'agent' },
  { name: '@openai/codex-sdk', use: 'cli' },
  { name: '@azure/openai', use: 'openai' },
  { name: '@azure-rest/ai-inference', use: 'compatible' },

  { name: '@anthropic-ai/sdk', use: 'anthropic' },
  { name: '@anthropic-ai/bedrock-sdk', use: 'bedrock' },
  { name: '@anthropic-ai/vertex-sdk', use: 'anthropic' },
  { name: '@anthropic-ai/foundry-sdk', use: 'anthropic' },
  { name: '@anthropic-ai/claude-agent-sdk', use: 'cli' },
  { name: '@anthropic-ai/claude-code', use: 'cli' },

  { name: '@google/genai', use: 'google' },
  { name: '@google/generative-ai', use: 'google' },
  { name: '@google-cloud/vertexai', use: 'google' },
  { name: '@google-cloud/aiplatform', use: 'google' },
  { name: '@google/adk', use: 'agent' },

  { name: '@aws-sdk/client-bedrock*', use: 'bedrock' },

  { name: 'ollama', use: 'ollama' },
  { name: 'ollama-ai-provider*', use: 'ollama' },
  { name: 'groq-sdk', use: 'groq' },
  { name: '@cerebras/*', use: 'cerebras' },
  { name: '@mistralai/*', use: 'mistral' },
  { name: 'cohere-ai', use: 'compatible' },
  { name: 'together-ai', use: 'together' },
  { name: 'replicate', use: 'compatible' },
  { name: '@huggingface/inference', use: 'compatible' },
  { name: '@openrouter/*', use: 'openrouter' },
  { name: '@lmstudio/sdk', use: 'compatible' },
  { name: 'workers-ai-provider', use: 'cloudflare' },

  { name: 'ai', use: 'core' },
  { name: '@ai-sdk/*', use: 'core' },
  { name: 'langchain', use: 'agent' },
  { name: '@langchain/*', use: 'core' },
  { name: 'llamaindex', use: 'agent' },
  { name: '@llamaindex/*', use: 'core' },
  { name: '@mastra/core', use: 'agent' },
  { name: 'genkit', use: 'agent' },
  { name: 'genkitx-*', use: 'core' },
  { name: '@genkit-ai/*', use: 'core' },
  { name: 'xsai', use: 'core' },
  { name: '@xsai/*', use: 'core' },
  { name: '@xsai-ext/*', use: 'core' },
  { name: '@dexaai/dexter', use: 'core' },
  { name: '@stackbilt/llm-providers', use: 'core' },
  { name: '@mariozechner/pi-ai', use: 'core' },
  { name: 'multi-llm-ts', use: 'core' },
  { name: 'token.js', use: 'core' },
  { name: 'openai-fetch', use: 'openai' },
];

/** Prefixes of URLs that serve npm packages as modules, for Deno and browsers. The package's name follows. */
export const moduleHosts: readonly string[] = [
  'esm.sh/',
  'esm.run/',
  'cdn.jsdelivr.net/npm/',
  'unpkg.com/',
  'cdn.skypack.dev/',
  'deno.land/x/',
  'ga.jspm.io/npm:',
];

/** Objects with methods that mock a module by its name, and the methods. */
export const mockObjects: ReadonlySet<string> = new Set(['vi', 'vitest', 'jest', 'mock']);
export const mockMethods: ReadonlySet<string> = new Set([
  'mock',
  'doMock',
  'unmock',
  'doUnmock',
  'setMock',
  'unstable_mockModule',
  'importActual',
  'importMock',
  'requireActual',
  'requireMock',
  'createMockFromModule',
  'module',
]);
