import { atLeast } from '@majordomo/core/toolkit';
import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { ProfileName } from './profiles.ts';
import type { OllamaQuirks, RunnerOptions } from './quirks.ts';

/**
 * Options of `createOllama`. `baseURL` is the origin, in any form that OLLAMA_HOST accepts. `baseURL` defaults to OLLAMA_HOST in
 * the `env` of the call, or otherwise to the profile's address. By default, only the caller's signal limits a call, and in the cloud
 * also `idleMs` of core.
 */
export interface OllamaOptions extends ProviderOptions, RunnerOptions {
  /** Service to use. @default 'ollama', the local server */
  readonly profile?: ProfileName | undefined;
  /** Quirks that replace those of the profile and of the model. @default none */
  readonly quirks?: Partial<OllamaQuirks> | undefined;
  /** Embedding models by custom model name, so that vectors under all names of a model can be compared. @default none */
  readonly vectorSpaces?: Readonly<Record<string, string>> | undefined;
  /** Client of the package `ollama` that sends the requests, with its own host, headers and `fetch`. @default a new client */
  readonly client?: object | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<OllamaOptions> = {
  // `profileOf` checks the value.
  profile: 'string',
  numCtx: atLeast(1),
  keepAlive: 'string or number',
  quirks: 'object',
  vectorSpaces: 'object',
  client: 'object',
};
