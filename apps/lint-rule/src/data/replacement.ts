/** Replacement that a message recommends. */
export interface Replacement {
  /** Package to install. */
  readonly package: string;
  /** Element of `createMajordomo({ providers: [ … ] })`, or a complete call if no provider exists. */
  readonly call: string;
  /** Spec for `majordomo.model(…)`. Undefined if `call` is complete. */
  readonly target: string | undefined;
}

export type ReplacementName =
  | 'openai'
  | 'anthropic'
  | 'google'
  | 'bedrock'
  | 'ollama'
  | 'cloudflare'
  | 'cli'
  | 'groq'
  | 'cerebras'
  | 'mistral'
  | 'deepseek'
  | 'openrouter'
  | 'together'
  | 'xai'
  | 'gateway'
  | 'compatible'
  | 'core'
  | 'agent';

const OPENAI = '@majordomo/provider-openai';

/** Returns the replacement for a vendor whose profile is part of `@majordomo/provider-openai`. */
function profile(name: string, id: string = name): Replacement {
  return { package: OPENAI, call: `openaiCompatible(${name})`, target: `${id}/<model>` };
}

const provider = (name: string, factory: string): Replacement => ({
  package: `@majordomo/provider-${name}`,
  call: factory,
  target: `${name}/<model>`,
});

/** Replacements by name, with the public factories of this repository. */
export const replacements: Readonly<Record<ReplacementName, Replacement>> = {
  openai: provider('openai', 'createOpenAI()'),
  anthropic: provider('anthropic', 'createAnthropic()'),
  google: provider('google', 'createGoogle()'),
  bedrock: provider('bedrock', 'createBedrock()'),
  ollama: provider('ollama', 'createOllama()'),
  cloudflare: provider('cloudflare', 'createCloudflare({ binding: env.AI })'),
  cli: { package: '@majordomo/provider-cli', call: "createCli({ cli: '<name>' })", target: '<name>/<model>' },
  groq: provider('groq', 'createGroq()'),
  cerebras: provider('cerebras', 'createCerebras()'),
  mistral: profile('mistral'),
  deepseek: profile('deepseek'),
  openrouter: profile('openrouter'),
  together: profile('together'),
  xai: profile('xai'),
  gateway: profile('vercelGateway', 'vercel-gateway'),
  compatible: { package: OPENAI, call: 'openaiCompatible({ id, baseURL, keyEnv })', target: '<id>/<model>' },
  core: {
    package: '@majordomo/core',
    call: 'majordomo.model(spec).generate({ messages: [user(text)] })',
    target: undefined,
  },
  agent: { package: '@majordomo/agent', call: 'createAgent({ model, tools }).run(text)', target: undefined },
};

/** Address of the guide that describes how one module creates all models of an application. */
export const GUIDE_URL = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/docs/migrating.md';

/**
 * Returns the recommendation in a message. It names one shared module, because a separate majordomo for each call would not share
 * its health data and clients. With `hasCustomAddress`, a factory without options gets the option `baseURL`.
 */
export function advice(name: ReplacementName, hasCustomAddress = false): string {
  const { package: from, call, target } = replacements[name];
  const factoryCall = hasCustomAddress && call.endsWith('()') ? `${call.slice(0, -2)}({ baseURL })` : call;
  if (name === 'core') return `Use a majordomo model that one shared module creates: ${GUIDE_URL}`;
  if (target === undefined)
    return `Use ${factoryCall} from ${from} with a majordomo model that one shared module creates: ${GUIDE_URL}`;
  return `Use a majordomo model that one shared module creates with ${factoryCall} from ${from}: ${GUIDE_URL}`;
}
