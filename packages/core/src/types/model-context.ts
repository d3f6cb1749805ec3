import type { Recovery } from './llm-error.ts';
import type { Usage } from './usage.ts';

/** Environment variables of `createMajordomo`. Packages never read `process.env`. */
export type Env = { readonly [name: string]: string | undefined };

/** Context of the attempt that a provider serves. */
export interface ModelContext {
  /** Target as `provider/model`, for events and errors. */
  readonly target: string;
  /** `complete` if the caller needs no deltas and `Model.isNonStreaming` returned true. */
  readonly delivery: 'deltas' | 'complete';
  /** Signal of the attempt. Pass it to all I/O: it aborts when the call is cancelled or a time limit is exceeded. */
  readonly signal: AbortSignal;
  readonly env: Env;
  /** `fetch` of `createMajordomo`. The provider's option takes precedence. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Function that receives the request and returns its response, for work that is not sent as a call, such as a line of a batch. It
   * replaces every other transport, including the provider's options `fetch` and `client`. No credential is requested for it.
   */
  readonly exchange?: typeof globalThis.fetch | undefined;
  /** Headers of `createMajordomo`. The provider's headers take precedence. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Reports the credential of the attempt, so that its failures bench the credential instead of the target. Throws if the
   * credential is benched. Core stores only a hash with a salt of the process. `credentialSource` of the wire kit calls it.
   */
  credential?(value: string): void;
  /** Recoveries that changed the attempt. `credentialSource` reads the rejected value from them. */
  readonly recoveries?: readonly Recovery[] | undefined;
  /**
   * Reports usage before the `finish` event. A failed or aborted attempt retains it; otherwise `finish` replaces it.
   */
  reportUsage?(usage: Usage): void;
}
