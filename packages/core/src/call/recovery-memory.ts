import type { Recovery } from '../types/llm-error.ts';
import type { ModelRequest } from '../types/request.ts';

/** Targets and recoveries per target that are kept; the oldest go. */
const MOST_TARGETS = 256;
const MOST_REMEMBERED = 8;

/** What each target has been found to refuse, so that the next call is sent changed from the start. */
export class RecoveryMemory {
  private readonly known = new Map<string, Map<string, Recovery>>();

  remember(target: string, recovery: Recovery): void {
    if (recovery.remember !== true) return;
    const recoveries = this.known.get(target) ?? new Map<string, Recovery>();
    recoveries.set(recovery.id, recovery);
    trim(recoveries, MOST_REMEMBERED);
    this.known.set(target, recoveries);
    trim(this.known, MOST_TARGETS);
  }

  /** Those that this request needs. */
  for(target: string, request: ModelRequest): readonly Recovery[] {
    const recoveries = this.known.get(target);
    if (recoveries === undefined) return NONE;
    return [...recoveries.values()].filter((recovery) => isNeeded(recovery, request));
  }
}

const NONE: readonly Recovery[] = [];

function isNeeded(recovery: Recovery, request: ModelRequest): boolean {
  try {
    return recovery.isNeededFor?.(request) !== false;
  } catch {
    return true;
  }
}

function trim(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next().value;
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
