import type { Recovery } from '../types/llm-error.ts';
import type { ModelRequest } from '../types/request.ts';
import { setNewest } from '../util/set-newest.ts';

// Limits of the number of targets, and of remembered recoveries per target. The oldest entries are removed first.
const MAX_TARGETS = 256;
const MAX_REMEMBERED = 8;

/** Memory of the recoveries that each target needed, so that later calls send the changed request at once. */
export class RecoveryMemory {
  private readonly byTarget = new Map<string, Map<string, Recovery>>();

  /** Stores a recovery that has `remember`, as the latest one. It replaces one with the same id. */
  remember(target: string, recovery: Recovery): void {
    if (recovery.remember !== true) return;
    const recoveries = this.byTarget.get(target) ?? new Map<string, Recovery>();
    setNewest(recoveries, recovery.id, recovery, MAX_REMEMBERED);
    setNewest(this.byTarget, target, recoveries, MAX_TARGETS);
  }

  /** Returns the target's stored recoveries, without those that this request does not need. */
  recoveriesFor(target: string, request: ModelRequest): readonly Recovery[] {
    const recoveries = this.byTarget.get(target)?.values() ?? [];
    return [...recoveries].filter((recovery) => isNeeded(recovery, request));
  }
}

function isNeeded(recovery: Recovery, request: ModelRequest): boolean {
  try {
    return recovery.isNeededFor?.(request) !== false;
  } catch {
    // A recovery that cannot decide is applied, like one without this function.
    return true;
  }
}
