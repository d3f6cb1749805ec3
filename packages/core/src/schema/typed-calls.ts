import type { CallOptions } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import type { CallSite } from '../error/call-site.ts';
import type { ChatStream } from '../contract/majordomo.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';

/** Which of a chain's places are asked. */
export type PickPlaces = <P extends { readonly key: string }>(places: readonly P[]) => readonly P[];

/** What the rounds of a typed call are made of. */
export interface TypedCalls {
  generate(request: ChatRequest, options: CallOptions | undefined, pick: PickPlaces): Promise<ChatResponse>;
  stream(request: ChatRequest, options: CallOptions | undefined, pick: PickPlaces): ChatStream;
  /** Where the app made the typed call, for errors of a stream. */
  readonly site?: CallSite | undefined;
  limits(options: CallOptions | undefined): TypedLimits;
}

/** What holds for all rounds of a typed call together. */
export interface TypedLimits {
  /** Does the chain go on after a target whose answers do not fit? */
  readonly advances: boolean;
  /** Of the whole call; 0: off. */
  readonly totalMs: number;
  readonly clock: Clock;
}
