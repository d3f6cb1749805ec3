import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { ProfileName } from './profiles.ts';
import type { OllamaQuirks, RunnerOptions } from './quirks.ts';

/** `baseURL` is the origin, in any form that OLLAMA_HOST may have. */
export interface OllamaOptions extends ProviderOptions, RunnerOptions {
  /** Which service it is. Default `ollama`, the local one. */
  readonly profile?: ProfileName | undefined;
  /** Where a server differs from its profile and from what is known of its models; wins over both. */
  readonly quirks?: Partial<OllamaQuirks> | undefined;
  /**
   * The model that a name of the user's own stands for: vectors of one model mix wherever it runs, and of two models
   * never.
   */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
  /** A client of `ollama` to be used as it is, with its own host, headers and fetch. */
  readonly client?: object | undefined;
}

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<OllamaOptions> = {
  // Its words are checked where it is looked up.
  profile: 'string',
  numCtx: 1,
  keepAlive: 'string or number',
  quirks: 'object',
  spaces: 'object',
  client: 'object',
};
