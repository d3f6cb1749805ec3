import type { CallInfo, WaitUntil } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import type { LlmError } from '../contract/llm-error.ts';
import type { AttemptInfo, Gate } from '../contract/gate.ts';
import type { ModelContext } from '../contract/provider.ts';
import type { CallSite } from '../error/call-site.ts';
import type { CredentialKeys } from '../health/credential-keys.ts';
import type { HealthTracker } from '../health/tracker.ts';
import type { Emit } from '../observe/emit.ts';
import type { Place } from '../resolve/resolve.ts';
import type { CallScope } from './scope.ts';
import type { Operation } from './operation.ts';
import type { RecoveryMemory } from './recovery-memory.ts';
import type { ChainSettings } from './settings.ts';

/** What belongs to one call. */
export interface Call<Event extends object, Result> {
  readonly info: CallInfo;
  readonly operation: Operation<Event, Result>;
  readonly settings: ChainSettings;
  /** The same, where the name that led to a place says more. */
  readonly settingsAt: (place: Place) => ChainSettings;
  /** Does somebody read the events as they come? Else nothing is shown that could not be replaced. */
  readonly live: boolean;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Where the app made it, for its errors. */
  readonly site: CallSite | undefined;
  readonly emit: Emit | undefined;
  /** Takes what goes on after the answer. */
  readonly waitUntil: WaitUntil | undefined;
  /** Told once, also when nobody pulls any more. */
  readonly onEnd: ((outcome: Outcome<Result>) => void) | undefined;
  /** The places that the spec means now, in the order in which they are tried. */
  resolve(scope: CallScope): Promise<readonly Place[]>;
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
