import { asRecord, tryParseJson } from '../util/values.ts';
import type { Clock } from '../types/call-options.ts';
import type { TargetHealth, Verdict } from '../types/health.ts';

/** Message that informs other processes about the health of a target. */
interface HealthMessage {
  /** Id of the sending process. */
  readonly from: string;
  readonly target: string;
  readonly verdict: Verdict;
}

/** Returns the verdict to share, or `undefined` for a probe or an ended bench, which are not shared. */
export function verdictOf(health: TargetHealth, clock: Clock): Verdict | undefined {
  if (health.state === 'probing') return undefined;
  const { isByHand } = health;
  if (health.state === 'healthy') return { state: 'healthy', isByHand };
  const forMs = Math.ceil((health.until ?? 0) - clock.now());
  return forMs > 0 ? { state: 'benched', benches: health.benches, forMs, isByHand } : undefined;
}

/** Parses a message of another process. Returns `undefined` for an invalid message. */
export function parseHealthMessage(message: string): HealthMessage | undefined {
  const { from, target, verdict: stored } = asRecord(tryParseJson(message));
  const verdict = parseVerdict(stored);
  if (typeof from !== 'string' || typeof target !== 'string' || verdict === undefined) return undefined;
  return { from, target, verdict };
}

/** Parses a stored verdict. `leftMs` is its remaining time in milliseconds. Returns `undefined` for an invalid verdict. */
export function parseStoredVerdict(json: string, leftMs: number): Verdict | undefined {
  return parseVerdict({ ...asRecord(tryParseJson(json)), forMs: leftMs });
}

function parseVerdict(value: unknown): Verdict | undefined {
  const { state, benches, forMs, isByHand: byHand } = asRecord(value);
  const isByHand = byHand === true ? true : undefined;
  if (state === 'healthy') return { state, isByHand };
  if (state !== 'benched' || !isCount(benches) || !isCount(forMs)) return undefined;
  return { state, benches, forMs, isByHand };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
