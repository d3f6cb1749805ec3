import { ServerCallContext, type User } from '@a2a-js/sdk/server';
import type { UserMessage } from '@majordomo/core';
import type { Decision } from '@majordomo/agent';
import type { A2aCaller } from './options.ts';
import type { HeldRun, WaitingRun } from './run-records.ts';

/** Work that a message requests: a new run with `input`, or the continuation of a waiting run. */
export type Work =
  | { readonly input: UserMessage['parts'] }
  | {
      readonly held: HeldRun;
      readonly waiting: WaitingRun;
      readonly decisions: readonly Decision[];
      /** Whether the executor has begun the work. Otherwise, the run is stored again if the request fails. */
      isStarted: boolean;
    };

/** Context of a request, which the SDK passes to the executor and the stores. */
export class CallContext extends ServerCallContext {
  readonly caller: A2aCaller;
  /** Work of the request's message. Set before the executor starts. */
  work: Work | undefined;

  constructor(
    caller: A2aCaller,
    request: { readonly version: string | undefined; readonly extensions: string[] },
  ) {
    super({
      user: userOf(caller),
      requestedExtensions: request.extensions,
      ...(request.version !== undefined && { requestedVersion: request.version }),
    });
    this.caller = caller;
  }
}

const userOf = ({ user }: A2aCaller): User => ({ isAuthenticated: true, userName: user });
