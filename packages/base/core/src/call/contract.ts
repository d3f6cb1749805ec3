import type { CallSite } from '../errors/call-site.ts';
import type { CredentialKeys, HealthTracker } from '../health/tracker.ts';
import type { Target } from '../resolve/resolve.ts';
import type { Answer, ShownPart } from '../stream/accumulator.ts';
import type { BatchContext } from '../types/batch.ts';
import type { CallInfo, CallOptions, Clock, Timeouts, WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo, Gate } from '../types/gate.ts';
import type { LlmError, Recovery } from '../types/llm-error.ts';
import type { SuggestModel } from '../types/majordomo.ts';
import type { Capabilities, DataHandling, ModelContext } from '../types/provider.ts';
import type { ModelRequest } from '../types/request.ts';
import type { Emit } from '../util/listeners.ts';
import type { CallLog } from './call-log.ts';
import type { CallScope } from './call-scope.ts';
import type { RecoveryMemory } from './recovery-memory.ts';
import type { ChainSettings } from './settings.ts';

/** Operation, settings and listeners of one call. */
export interface Call<Event extends object, Result> {
  readonly info: CallInfo;
  readonly operation: Operation<Event, Result>;
  readonly settings: ChainSettings;
  /** Returns the settings for a target. Settings of the call override those of the alias, which override the majordomo's. */
  readonly settingsFor: (target: Target) => ChainSettings;
  /** Whether the caller reads events as they arrive. Otherwise, a later attempt can replace any content until the call ends. */
  readonly isStreamed: boolean;
  /** The caller's abort signal. */
  readonly signal: AbortSignal | undefined;
  /** Place of the call in the application. Its stack frames are appended to the call's error. */
  readonly site: CallSite | undefined;
  readonly emit: Emit | undefined;
  readonly onRawResponse: CallOptions['onRawResponse'];
  /** Receives promises of work that continues after the response. */
  readonly waitUntil: WaitUntil | undefined;
  /** Called once when the call ends, even if nothing reads its events. */
  readonly onEnd: ((outcome: Outcome<Result>) => void) | undefined;
  /** Resolves the spec to its current targets, in the order in which they are tried. */
  resolve(scope: CallScope): Promise<readonly Target[]>;
}

/** State of a running call that its attempts share. */
export interface CallContext<Event extends object, Result> {
  readonly call: Call<Event, Result>;
  readonly deps: ChainDeps;
  readonly log: CallLog;
  readonly scope: CallScope;
}

/** Result or error of a call. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: LlmError };

/** Dependencies that all calls of a majordomo share. */
export interface ChainDeps {
  readonly health: HealthTracker;
  readonly credentialKeys: CredentialKeys;
  readonly clock: Clock;
  readonly random: () => number;
  readonly memory: RecoveryMemory;
  readonly gates: readonly Gate[];
  readonly suggestModel: SuggestModel | undefined;
  /** Wraps each attempt; see `MajordomoOptions.around`. */
  readonly around: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  /** Returns the declared data handling of a target. */
  readonly dataOf: (target: Target) => DataHandling | undefined;
  /** Returns the members of a context that the majordomo determines. The environment can change between two attempts. */
  readonly transport: () => Pick<ModelContext, 'env' | 'fetch' | 'headers'>;
}

/**
 * Operation of a call, such as a chat or an embedding. Prepares a request for a target, sends the request, and collects the
 * response. Retries, timeouts, failover and events are the same for all operations.
 */
export interface Operation<Event extends object, Result> {
  readonly type: CallInfo['operation'];
  /** Throws `invalid-request` for a request that no target accepts. */
  validate(): void;
  /** Returns the operation that continues an interrupted answer, or `undefined` if the answer cannot be continued. */
  continueFrom?(interrupted: InterruptedAnswer): Operation<Event, Result> | undefined;
  /** Adapts the request to one target. Rejects with `unsupported` if the target does not support the request. */
  prepare(target: Target, scope: { readonly signal: AbortSignal }): Promise<PreparedCall<Event, Result>>;
}

/** Answer of an attempt that failed after the caller had read a part of the answer. */
export interface InterruptedAnswer {
  /** Key of the target that failed. */
  readonly from: string;
  readonly error: LlmError;
  readonly parts: readonly ShownPart[];
}

/** Upload of content. It takes place when the gates have admitted an attempt, and before the timers of the attempt start. */
export interface Upload<Event extends object, Result> {
  /** Number of days for which the vendor stores the content. */
  readonly retentionDays: number;
  /**
   * Uploads the content that the vendor does not have, and returns the request with references. If an upload fails, the returned
   * request fails with its error when it is opened.
   */
  run(context: BatchContext): Promise<PreparedCall<Event, Result>>;
}

/** Request that is ready to be sent to one target. */
export interface PreparedCall<Event extends object, Result> {
  /** Final form of the request, for gates and hooks. */
  readonly request: ModelRequest;
  readonly payload: AttemptInfo['payload'];
  readonly capabilities: Capabilities;
  /** Timeouts of the target. The caller's timeouts override them. */
  readonly timeouts: Timeouts | undefined;
  /** Whether the response arrives at once instead of in deltas. */
  readonly isNonStreaming: boolean;
  /** Upload of content that the target receives by reference. Absent if the request contains all content. */
  readonly upload?: Upload<Event, Result> | undefined;
  /** Returns the request as changed by a recovery. The warning about the change contains `why`. */
  withRecovery(recovery: Recovery, why: string): PreparedCall<Event, Result>;
  /** Sends the request. Each step is one event or a list of events. An empty list shows only that the stream is alive. */
  open(context: ModelContext): AsyncIterator<Event | readonly Event[]>;
  /** Returns an empty answer that collects the events of one attempt. */
  newAnswer(): Answer<Event, Result>;
}
