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
  | 'compatible'
  | 'anthropic'
  | 'google'
  | 'bedrock'
  | 'ollama'
  | 'groq'
  | 'cerebras'
  | 'cloudflare'
  | 'cli'
  | 'core'
  | 'agent';

/** The public factories of this repository's packages. */
export const replacements: Readonly<Record<ReplacementName, Replacement>> = {
  openai: { package: '@majordomo/provider-openai', call: 'createOpenAI()', target: 'openai/<model>' },
  compatible: {
    package: '@majordomo/provider-openai',
    call: 'openaiCompatible(profile)',
    target: '<profile id>/<model>',
  },
  anthropic: {
    package: '@majordomo/provider-anthropic',
    call: 'createAnthropic()',
    target: 'anthropic/<model>',
  },
  google: { package: '@majordomo/provider-google', call: 'createGoogle()', target: 'google/<model>' },
  bedrock: { package: '@majordomo/provider-bedrock', call: 'createBedrock()', target: 'bedrock/<model>' },
  ollama: { package: '@majordomo/provider-ollama', call: 'createOllama()', target: 'ollama/<model>' },
  groq: { package: '@majordomo/provider-groq', call: 'createGroq()', target: 'groq/<model>' },
  cerebras: { package: '@majordomo/provider-cerebras', call: 'createCerebras()', target: 'cerebras/<model>' },
  cloudflare: {
    package: '@majordomo/provider-cloudflare',
    call: 'createCloudflare({ binding: env.AI })',
    target: 'cloudflare/<model>',
  },
  cli: { package: '@majordomo/provider-cli', call: "createCli({ cli: '<name>' })", target: '<name>/<model>' },
  core: {
    package: '@majordomo/core',
    call: 'majordomo.model(spec).generate({ messages: [user(text)] })',
    target: undefined,
  },
  agent: { package: '@majordomo/agent', call: 'createAgent({ model, tools }).run(text)', target: undefined },
};

/** `@majordomo/provider-openai: createMajordomo({ providers: [createOpenAI()], env }).model('openai/<model>')…` */
export function advice(name: ReplacementName): string {
  const { package: from, call, target } = replacements[name];
  if (target === undefined) return `${from}: ${call}`;
  return `${from}: createMajordomo({ providers: [${call}], env }).model('${target}').generate({ messages: [user(text)] })`;
}
