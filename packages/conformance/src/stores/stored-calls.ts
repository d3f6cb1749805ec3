import type { CallEntry } from '@majordomo/admin';

export const START: number = Date.UTC(2026, 10, 1);
export const isoAt = (ms: number): string => new Date(START + ms).toISOString();

export const call = (id: string, changes: Partial<CallEntry> = {}): CallEntry => ({
  id,
  requestId: undefined,
  clientRequestId: undefined,
  at: isoAt(0),
  ms: 10,
  firstMs: undefined,
  operation: 'chat',
  wire: undefined,
  isStreamed: undefined,
  model: undefined,
  spec: undefined,
  target: undefined,
  tenant: undefined,
  key: undefined,
  outcome: 'finished',
  status: undefined,
  error: undefined,
  attempts: [],
  usage: undefined,
  nanoUsd: undefined,
  finish: undefined,
  warnings: [],
  metadata: {},
  ...changes,
});

/** Returns a value without undefined members, which JSON omits. */
export const plain = (value: unknown): unknown => value && JSON.parse(JSON.stringify(value));

/** Returns a function for pseudo-random integers below a maximum. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TENANTS = ['acme', 'beta', undefined];
const MODELS = ['fast', 'smart', undefined];
const TARGETS = ['a/x', 'b/y', undefined];
const KEYS = ['key_1', 'key_2', undefined];
const OUTCOMES = ['finished', 'failed', 'abandoned', 'refused'] as const;
const KINDS = ['overloaded', 'timeout'];
const OPERATIONS = ['chat', 'embedding'] as const;
export const NANO_PER_CENT = 10_000_000;

/** Returns entries in a random order. Several have the same time. */
export function entries(count: number, seed: number): readonly CallEntry[] {
  const next = random(seed);
  const pick = <T>(values: readonly T[]): T => values[next(values.length)] as T;
  return Array.from({ length: count }, (_, number) => {
    const outcome = pick(OUTCOMES);
    const ms = next(5000);
    return call(`call_${next(1_000_000)}_${number}`, {
      requestId: `req_${number % 40}`,
      clientRequestId: number % 3 === 0 ? `client_${number}` : undefined,
      at: isoAt(next(60) * 3_600_000),
      ms,
      firstMs: next(2) === 0 ? Math.floor(ms / 3) : undefined,
      isStreamed: pick([true, false, undefined]),
      operation: pick(OPERATIONS),
      tenant: pick(TENANTS),
      model: pick(MODELS),
      target: pick(TARGETS),
      key: pick(KEYS),
      outcome,
      error: outcome === 'failed' ? { kind: pick(KINDS), code: undefined, message: 'failed' } : undefined,
      nanoUsd: next(3) === 0 ? undefined : `${next(100) * NANO_PER_CENT}`,
      usage: { input: 1, output: next(500), cacheRead: undefined, cacheWrite: 0, reasoning: undefined },
    });
  });
}
