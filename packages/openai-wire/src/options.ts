import type { ModelContext, ProviderOptions } from '@majordomo/core';
import type { RateLimits } from '@majordomo/wire-kit';
import type { ChatQuirks } from './chat/quirks.ts';
import type { ResponsesQuirks } from './responses/quirks.ts';

/** Options of every provider of this wire. `baseURL` is what the SDK means by it. */
export interface SdkOptions extends ProviderOptions {
  /** A client of the SDK, used as it is: its credential, base URL and fetch. */
  readonly client?: object | undefined;
  /**
   * The model that a free name, such as a deployment's, stands for: vectors of one model mix wherever it runs, and of two
   * models never.
   */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
  /** Told after every answer and refusal whose headers say something about the vendor's limits. */
  readonly onRateLimits?: ((limits: RateLimits) => void) | undefined;
}

/** Options of a provider over Chat Completions. */
export interface ChatOptions extends SdkOptions {
  /** Where the server differs from what is known of it; wins over profile and model rules. */
  readonly quirks?: Partial<ChatQuirks> | undefined;
}

/** Options of a provider over Responses. */
export interface ResponsesOptions extends SdkOptions {
  /** Where the server differs from what is known of it; wins over profile and model rules. */
  readonly quirks?: Partial<ResponsesQuirks> | undefined;
}

/** What a call brings: target, signal, environment, and the app's transport and headers. */
export type CallContext = Omit<ModelContext, 'delivery'>;
