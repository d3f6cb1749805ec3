import type { LlmError } from '../contract/llm-error.ts';
import type { CallInfo } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import type { AttemptInfo, Gate } from '../contract/gate.ts';
import type { MediaFitter } from '../contract/media.ts';
import type { Model, ModelContext, Provider } from '../contract/provider.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { HealthTracker } from '../health/tracker.ts';
import type { Emit } from '../observe/emit.ts';
import type { Accumulator } from '../stream/accumulate.ts';
import type { RecoveryMemory } from './memory.ts';
import type { CallScope } from './scope.ts';
import type { ChainSettings } from './settings.ts';

/** One element of a chain, ready to be asked. */
export interface Target {
  /** `provider/model`. */
  readonly key: string;
  readonly provider: Provider;
  readonly modelId: string;
  readonly model: Model;
}

/** What belongs to one call. */
export interface Call {
  readonly info: CallInfo;
  readonly request: ChatRequest;
  readonly settings: ChainSettings;
  /** Does somebody read the events as they come? Else nothing is shown that could not be replaced. */
  readonly live: boolean;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  readonly emit: Emit | undefined;
  resolve(scope: CallScope): readonly Target[] | Promise<readonly Target[]>;
  /** The error that a finish stands for, if it is one. */
  judge(target: string, answer: Accumulator): LlmError | undefined;
}

/** What every call of a majordomo shares. */
export interface ChainDeps {
  readonly health: HealthTracker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly memory: RecoveryMemory;
  readonly gates: readonly Gate[];
  readonly media: MediaFitter | undefined;
  readonly around: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  readonly transport: () => Pick<ModelContext, 'env' | 'fetch' | 'headers'>;
}
