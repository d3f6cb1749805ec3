import type { Env } from '@majordomo/core';
import { azureOpenAI, PROFILES, type Profile } from '@majordomo/openai-wire';

/** Built-in provider, with its package and the variables that it needs. */
export interface Backend {
  /** Id of the provider in specs. */
  readonly id: string;
  readonly package: string;
  /** Name of the package's function that creates the provider. */
  readonly create: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Profile of the vendor, passed as the first argument of `openaiCompatible`. */
  readonly profile?: Profile;
  /** Names of variables, each of which can contain the credential, or the project or profile that selects a login of the SDK. */
  readonly keyEnv: readonly string[];
  /**
   * Option that receives a login from the vault, and the `options` that a provider with a login also needs. If absent, the option
   * `apiKey` receives the login.
   */
  readonly loginAs?: { readonly option: string; readonly options: Readonly<Record<string, unknown>> };
  /** Names of variables that contain the base URL. The provider reads these variables from `env`. */
  readonly addressEnv?: readonly string[] | undefined;
  /** Whether the provider has no default base URL and requires a variable of `addressEnv`. */
  readonly needsAddress?: true;
  /** `remote`: API of a vendor. `server`, `cli`: local server or CLI, which is detected and requires no credential. */
  readonly kind: 'remote' | 'server' | 'cli';
  /** Schemes of `LLM_*` DSNs that the package serves. */
  readonly schemes?: readonly string[];
}

const OPENAI = '@majordomo/provider-openai';
const OLLAMA = '@majordomo/provider-ollama';

/** Returns the backend of a compatible vendor. A profile without key variables is a server on this machine. */
const compatible = (profile: Profile): Backend => ({
  id: profile.id,
  profile,
  package: OPENAI,
  create: 'openaiCompatible',
  keyEnv: profile.keyEnv === undefined ? [] : [profile.keyEnv],
  addressEnv: profile.baseURLEnv === undefined ? [] : [profile.baseURLEnv],
  kind: profile.keyEnv === undefined ? 'server' : 'remote',
});

const cli = (id: string, command: string): Backend => ({
  id,
  package: '@majordomo/provider-cli',
  create: 'createCli',
  options: { cli: command },
  keyEnv: [],
  kind: 'cli',
});

/** Built-in backends. A test compares their ids, variables and schemes with the installed packages. */
export const BACKENDS: readonly Backend[] = [
  {
    id: 'openai',
    package: OPENAI,
    create: 'createOpenAI',
    keyEnv: ['OPENAI_API_KEY'],
    addressEnv: ['OPENAI_BASE_URL'],
    kind: 'remote',
    schemes: ['openai', 'openai-responses'],
  },
  {
    id: 'anthropic',
    package: '@majordomo/provider-anthropic',
    create: 'createAnthropic',
    keyEnv: ['ANTHROPIC_API_KEY'],
    addressEnv: ['ANTHROPIC_BASE_URL'],
    kind: 'remote',
    schemes: ['anthropic'],
  },
  {
    id: 'google',
    package: '@majordomo/provider-google',
    create: 'createGoogle',
    keyEnv: ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_CLOUD_PROJECT'],
    addressEnv: ['GOOGLE_GEMINI_BASE_URL', 'GOOGLE_VERTEX_BASE_URL'],
    loginAs: { option: 'token', options: { vertexai: true } },
    kind: 'remote',
    schemes: ['google', 'gemini'],
  },
  {
    id: 'bedrock',
    package: '@majordomo/provider-bedrock',
    create: 'createBedrock',
    keyEnv: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'],
    addressEnv: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'],
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
  ...PROFILES.map(compatible),
  {
    ...compatible(azureOpenAI()),
    needsAddress: true,
  },
  {
    id: 'ollama',
    package: OLLAMA,
    create: 'createOllama',
    keyEnv: [],
    addressEnv: ['OLLAMA_HOST'],
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
    // It has no default base URL, so it cannot be detected like a local server.
    kind: 'remote',
    schemes: ['llama-swap', 'llama-swaps'],
  },
  cli('anthropic-cli', 'claude'),
  cli('google-cli', 'gemini'),
  cli('cursor-cli', 'cursor-agent'),
  cli('codex-cli', 'codex'),
  cli('opencode', 'opencode'),
];

/** Whether the environment has a credential for the backend. */
export const hasKey = ({ keyEnv }: Backend, env: Env): boolean =>
  keyEnv.some((name) => (env[name] ?? '') !== '');

/** Whether the provider has a default base URL, or the environment contains a base URL. */
export const hasAddress = ({ needsAddress, addressEnv = [] }: Backend, env: Env): boolean =>
  needsAddress !== true || addressEnv.some((name) => (env[name] ?? '') !== '');

/** Whether the backend's key is missing in the environment and may be in a vault. */
export const lacksKey = ({ kind, keyEnv }: Backend, env: Env): boolean =>
  kind !== 'cli' && keyEnv.length > 0 && !secretVariablesOf(keyEnv).some((name) => (env[name] ?? '') !== '');

/** Returns only the names of variables that contain a key or token. Omits, for example, the variable of a project. */
export const secretVariablesOf = (keyEnv: readonly string[]): readonly string[] =>
  keyEnv.filter((name) => /KEY|TOKEN/.test(name));

export const backendOf = (id: string): Backend | undefined => BACKENDS.find((backend) => backend.id === id);

/** Returns the backend whose package serves the scheme of a DSN. */
export const backendForScheme = (scheme: string): Backend | undefined =>
  BACKENDS.find(({ schemes }) => schemes?.includes(scheme));
