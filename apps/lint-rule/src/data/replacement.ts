/** What a message tells the reader to write instead. */
export interface Replacement {
  /** The package to install. */
  readonly package: string;
  /** What goes into `createMajordomo({ providers: [ … ] })`, or a whole call where there is no provider. */
  readonly call: string;
  /** A spec for `majordomo.model(…)`; undefined where `call` is whole by itself. */
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

/** A vendor of the chat wire: its profile comes with provider-openai. */
function profile(name: string, id: string = name): Replacement {
  return { package: OPENAI, call: `openaiCompatible(${name})`, target: `${id}/<model>` };
}

const provider = (name: string, factory: string): Replacement => ({
  package: `@majordomo/provider-${name}`,
  call: factory,
  target: `${name}/<model>`,
});

/** The public factories of this repository's packages. */
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

/** Where it is told how an app comes to one file that makes its models. */
export const DOCUMENT = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/docs/migrating.md';

/**
 * What a message says to do: a model made for each call would have a health and a client of its own, so the one file that
 * makes models is pointed to. `hasOwnAddress`: the call does not go to the vendor's own address.
 */
export function advice(name: ReplacementName, hasOwnAddress = false): string {
  const { package: from, call, target } = replacements[name];
  const made = hasOwnAddress && call.endsWith('()') ? `${call.slice(0, -2)}({ baseURL })` : call;
  if (name === 'core') return `Ask a model that your choke-point made: ${DOCUMENT}`;
  if (target === undefined)
    return `Use ${made} of ${from}, with a model that your choke-point made: ${DOCUMENT}`;
  return `Ask a model that your choke-point made with ${made} of ${from}: ${DOCUMENT}`;
}
