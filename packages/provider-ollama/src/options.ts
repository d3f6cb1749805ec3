import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { ProfileName } from './profiles.ts';
import type { OllamaQuirks, RunnerOptions } from './quirks.ts';

/**
 * Options of `createOllama`. `baseURL` is the origin, in any form of OLLAMA_HOST. It defaults to OLLAMA_HOST in the `env`
 * of the call, otherwise to the profile's address.
 */
export interface OllamaOptions extends ProviderOptions, RunnerOptions {
  /**
   * Service to use.
   * @default 'ollama', the local server
   */
  readonly profile?: ProfileName | undefined;
  /** Quirks that replace those of the profile and of the model. */
  readonly quirks?: Partial<OllamaQuirks> | undefined;
  /** Embedding model for each custom model name. Vectors are comparable only if they are of the same embedding model. */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
  /** A client of `ollama` to send with. It uses its own host, headers and `fetch`. */
  readonly client?: object | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<OllamaOptions> = {
  // `profileOf` checks the values.
  profile: 'string',
  numCtx: 1,
  keepAlive: 'string or number',
  quirks: 'object',
  spaces: 'object',
  client: 'object',
};
