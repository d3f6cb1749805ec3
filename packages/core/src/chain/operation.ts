import type { CallInfo, Timeouts } from '../contract/call.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { AttemptInfo } from '../contract/gate.ts';
import type { LlmError, Recovery } from '../contract/llm-error.ts';
import type { ModelContext } from '../contract/provider.ts';
import type { ModelRequest } from '../contract/request.ts';
import type { Place } from '../resolve/resolve.ts';
import type { Answer, ShownPart } from '../stream/answer.ts';

/**
 * What is asked of each target of a chain: an answer, a picture. The chain knows how to try, to wait, to fail over and
 * to keep books; how a request is fitted, sent and added up it is told here, and so is the same for every operation.
 */
export interface Operation<Event extends object, Result> {
  readonly type: CallInfo['operation'];
  /** Throws `invalid-request` for what no target could take. */
  validate(): void;
  /** The same, asked to go on where an answer broke off; `undefined` where that cannot be done. */
  continued?(broken: Broken): Operation<Event, Result> | undefined;
  /** Fits what is asked to one target; rejects with `unsupported` when it cannot take it. */
  prepare(place: Place, scope: { readonly signal: AbortSignal }): Promise<PreparedCall<Event, Result>>;
}

/** An answer that broke off after it had been shown in part. */
export interface Broken {
  /** Target that broke off. */
  readonly from: string;
  readonly error: LlmError;
  readonly parts: readonly ShownPart[];
}

/** What is asked, ready for one target. */
export interface PreparedCall<Event extends object, Result> {
  /** For gates and hooks: what will be sent. */
  readonly request: ModelRequest;
  readonly payload: AttemptInfo['payload'];
  readonly capabilities: Capabilities;
  /** The target's own; the caller's win. */
  readonly timeouts: Timeouts | undefined;
  /** Is it asked for in one piece? */
  readonly isWhole: boolean;
  /** The same, changed as a failure suggested. */
  changed(recovery: Recovery, why: string): PreparedCall<Event, Result>;
  /** Asks the target. What comes is one event at a time, or several; an empty list is a sign of life. */
  open(context: ModelContext): AsyncIterator<Event | readonly Event[]>;
  /** Where one attempt's events are added up. */
  newAnswer(): Answer<Event, Result>;
}
