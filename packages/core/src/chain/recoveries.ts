import type { Recovery } from '../contract/llm-error.ts';

/** Targets and recoveries per target that are kept; the oldest go. */
const MOST_TARGETS = 256;
const MOST_RECOVERIES = 8;

/** What each target has been found to refuse, so that the next call is sent changed from the start. */
export class RecoveryMemory {
  private readonly known = new Map<string, Map<string, Recovery>>();

  remember(target: string, recovery: Recovery): void {
    if (recovery.remember !== true) return;
    const recoveries = this.known.get(target) ?? new Map<string, Recovery>();
    recoveries.set(recovery.id, recovery);
    trim(recoveries, MOST_RECOVERIES);
    this.known.set(target, recoveries);
    trim(this.known, MOST_TARGETS);
  }

  for(target: string): readonly Recovery[] {
    const recoveries = this.known.get(target);
    return recoveries === undefined ? NONE : [...recoveries.values()];
  }
}

const NONE: readonly Recovery[] = [];

function trim(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next().value;
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
