import type { Recovery } from '../contract/llm-error.ts';

/** Targets and remedies per target that are kept; the oldest go. */
const MOST_TARGETS = 256;
const MOST_REMEDIES = 8;

/** What each target has been found to refuse, so that the next call is sent changed from the start. */
export class RecoveryMemory {
  private readonly remedies = new Map<string, Map<string, Recovery>>();

  remember(target: string, recovery: Recovery): void {
    if (recovery.remember !== true) return;
    const known = this.remedies.get(target) ?? new Map<string, Recovery>();
    known.set(recovery.id, recovery);
    trim(known, MOST_REMEDIES);
    this.remedies.set(target, known);
    trim(this.remedies, MOST_TARGETS);
  }

  for(target: string): readonly Recovery[] {
    const known = this.remedies.get(target);
    return known === undefined ? NONE : [...known.values()];
  }
}

const NONE: readonly Recovery[] = [];

function trim(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next().value;
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
