import type { CallEntry, CallQuery, CallStore } from '@majordomo/admin';
import { seededRandom } from '@majordomo/testing';

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type CallStores = readonly [mine: CallStore, theirs: CallStore];

/** Earliest time of the entries, in epoch milliseconds. */
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

/** Returns a value without undefined members, because stores that use JSON omit them. */
export const plain = (value: unknown): unknown => value && JSON.parse(JSON.stringify(value));

/** Returns a function that returns pseudo-random integers from 0 to its argument, exclusive. */
export function random(seed: number): (below: number) => number {
  const next = seededRandom(seed);
  return (below) => Math.floor(next() * below);
}

const TENANTS = ['acme', 'beta', undefined];
const MODELS = ['fast', 'smart', undefined];
const TARGETS = ['a/x', 'b/y', undefined];
const KEYS = ['key_1', 'key_2', undefined];
const OUTCOMES = ['finished', 'failed', 'abandoned', 'refused'] as const;
const KINDS = ['overloaded', 'timeout'];
const OPERATIONS = ['chat', 'embedding'] as const;
const NANO_PER_CENT = 10_000_000;

/** Returns entries whose times are in random order. Several entries have the same time. */
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

/** Conditions by member of a query. Each function returns whether an entry satisfies the member's value. */
const CONDITIONS: {
  readonly [Name in keyof CallQuery]-?: (entry: CallEntry, value: NonNullable<CallQuery[Name]>) => boolean;
} = {
  from: ({ at }, from) => Date.parse(at) >= from.getTime(),
  to: ({ at }, to) => Date.parse(at) < to.getTime(),
  tenant: ({ tenant }, value) => tenant === value,
  key: ({ key }, value) => key === value,
  model: ({ model }, value) => model === value,
  target: ({ target }, value) => target === value,
  operation: ({ operation }, value) => operation === value,
  outcome: ({ outcome }, value) => outcome === value,
  kind: ({ error }, value) => error?.kind === value,
  minMs: ({ ms }, value) => ms >= value,
  minUsd: ({ nanoUsd }, value) =>
    nanoUsd !== undefined && Number(nanoUsd) >= Math.round(Number(value) * 100) * NANO_PER_CENT,
  id: (entry, value) => [entry.id, entry.requestId, entry.clientRequestId].includes(value),
};
export const matches = (entry: CallEntry, query: CallQuery): boolean =>
  Object.entries(query).every(
    ([name, value]) =>
      value === undefined ||
      (CONDITIONS[name as keyof CallQuery] as (entry: CallEntry, value: unknown) => boolean)(entry, value),
  );

/** Returns one query for each filter, and queries that combine random filters. */
export function queries(all: readonly CallEntry[], seed: number): readonly CallQuery[] {
  const next = random(seed);
  const filters: Required<CallQuery> = {
    from: new Date(START + 20 * 3_600_000),
    to: new Date(START + 40 * 3_600_000),
    tenant: 'acme',
    key: 'key_1',
    model: 'fast',
    target: 'a/x',
    operation: 'chat',
    outcome: 'failed',
    kind: 'timeout',
    minMs: 2500,
    minUsd: '0.5',
    id: all[0]?.id ?? '',
  };
  const alone = Object.entries(filters).map(([name, value]) => ({ [name]: value }));
  const ids = [all[1]?.requestId, all[3]?.clientRequestId, 'none'].map((id) => ({ id: id ?? '' }));
  const together = Array.from({ length: 40 }, () => {
    const chosen = Object.entries(filters).filter(([name]) => name !== 'id' && next(4) === 0);
    return Object.fromEntries(chosen);
  });
  return [{}, ...alone, ...ids, ...together];
}
