import type { CallSite } from '../errors/call-site.ts';
import type { CredentialKeys, HealthTracker } from '../health/tracker.ts';
import type { Target } from '../resolve/resolve.ts';
import type { Answer, ShownPart } from '../stream/accumulator.ts';
import type { CallInfo, Clock, Timeouts, WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo, Gate } from '../types/gate.ts';
import type { LlmError, Recovery } from '../types/llm-error.ts';
import type { Capabilities, ModelContext } from '../types/provider.ts';
import type { ModelRequest } from '../types/request.ts';
import type { Emit } from '../util/listeners.ts';
import type { CallScope } from './call-scope.ts';
import type { RecoveryMemory } from './recovery-memory.ts';
import type { ChainSettings } from './settings.ts';

/** What belongs to one call. */
export interface Call<Event extends object, Result> {
  readonly info: CallInfo;
  readonly operation: Operation<Event, Result>;
  readonly settings: ChainSettings;
  /** The same, where the name that led to a place says more. */
  readonly settingsAt: (place: Target) => ChainSettings;
  /** Does somebody read the events as they come? Else nothing is shown that could not be replaced. */
  readonly live: boolean;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Where the app made it, for its errors. */
  readonly site: CallSite | undefined;
  readonly emit: Emit | undefined;
  /** Takes what continues after the answer. */
  readonly waitUntil: WaitUntil | undefined;
  /** Told once, also when nobody pulls any more. */
  readonly onEnd: ((outcome: Outcome<Result>) => void) | undefined;
  /** The places that the spec means now, in the order in which they are tried. */
  resolve(scope: CallScope): Promise<readonly Target[]>;
}

/** How a call ended. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: LlmError };

/** What every call of a majordomo shares. */
export interface ChainDeps {
  readonly health: HealthTracker;
  readonly credentialKeys: CredentialKeys;
  readonly clock: Clock;
  readonly random: () => number;
  readonly memory: RecoveryMemory;
  readonly gates: readonly Gate[];
  readonly around: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  readonly transport: () => Pick<ModelContext, 'env' | 'fetch' | 'headers'>;
}

/**
 * What is asked of each target of a chain: an answer, a picture. The chain knows how to try, to wait, to fail over and
 * to keep books; how a request is fitted, sent and added up it is told here, and so is the same for every operation.
 */
export interface Operation<Event extends object, Result> {
  readonly type: CallInfo['operation'];
  /** Throws `invalid-request` for what no target could take. */
  validate(): void;
  /** The same, asked to continue where an answer broke off; `undefined` where that cannot be done. */
  continued?(broken: Broken): Operation<Event, Result> | undefined;
  /** Fits what is asked to one target; rejects with `unsupported` when it cannot take it. */
  prepare(place: Target, scope: { readonly signal: AbortSignal }): Promise<PreparedCall<Event, Result>>;
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
  /** Is it asked for at once? */
  readonly isNonStreaming: boolean;
  /** The same, changed as a failure suggested. */
  changed(recovery: Recovery, why: string): PreparedCall<Event, Result>;
  /** Asks the target. What comes is one event at a time, or several; an empty list is a sign of life. */
  open(context: ModelContext): AsyncIterator<Event | readonly Event[]>;
  /** Where one attempt's events are added up. */
  newAnswer(): Answer<Event, Result>;
}
