import type { CallEvent, ChatRequest } from '@majordomo/core';
import type { Busy } from './door/busy.ts';
import type { Caller, Settings } from './options.ts';
import type { PlatformContext } from './platform-context.ts';

/** What a gateway keeps between requests. */
export interface House {
  readonly settings: Settings;
  readonly busy: Busy;
  /** `request`: what the call asks. */
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
}

/** One request of somebody who may ask. */
export interface Visit {
  readonly request: Request;
  /** The path of its address. */
  readonly path: string;
  readonly caller: Caller;
  /** Told in the answer's headers, and in the metadata of the call. */
  readonly requestId: string;
  readonly context: PlatformContext | undefined;
}
