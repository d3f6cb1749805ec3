import type { LlmError, Recovery } from '../types/llm-error.ts';
import type { PreparedCall } from './contract.ts';

/** Maximum number of recoveries per call and target. Recoveries that change the credential are not counted. */
const MAX_RECOVERIES = 4;

/** Recovery that the call may still use, and the resulting request. */
export interface AvailableRecovery<Event extends object, Result> {
  readonly recovery: Recovery;
  readonly prepared: PreparedCall<Event, Result>;
}

/**
 * Returns the recovery that the error of a prepared request suggests, unless `used` contains that recovery or the limit is reached. `used`:
 * recoveries that the call has used for the target.
 */
export function availableRecovery<Event extends object, Result>(
  prepared: PreparedCall<Event, Result>,
  used: readonly Recovery[],
  { message, details: { recover } }: LlmError,
): AvailableRecovery<Event, Result> | undefined {
  if (recover === undefined || used.some(({ id }) => id === recover.id)) return undefined;
  // Do not count recoveries that change the credential, because a pool may have many keys and each key is tried once.
  const counted = used.filter(({ changesCredential }) => changesCredential !== true);
  if (recover.changesCredential !== true && counted.length >= MAX_RECOVERIES) return undefined;
  const changed = applyRecovery(prepared, recover, message);
  return changed && { recovery: recover, prepared: changed };
}

/** Applies a recovery of a provider. Returns `undefined` if the recovery throws. */
export function applyRecovery<Event extends object, Result>(
  prepared: PreparedCall<Event, Result>,
  recovery: Recovery,
  why: string,
): PreparedCall<Event, Result> | undefined {
  try {
    return prepared.withRecovery(recovery, why);
  } catch {
    return undefined;
  }
}
