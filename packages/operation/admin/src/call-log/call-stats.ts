import { timesIn } from '@majordomo/core/toolkit';
import type { CallQuery, CallStats, CallStatsQuery } from './call.ts';
import type { CallFigures, CallHour, CallHours, CallStore } from './call-store.ts';
import { CallSums, type StoredSum } from './call-sums.ts';

const HOUR_MS = 3_600_000;
/** Maximum number of entries, and of hours, in one read. */
const ENTRIES = 2000;
const HOURS = 12;

/** Members by which the sums of an hour are grouped. The level `callers` has more groups, because a log may have many keys. */
const MODELS = ['model', 'target', 'operation', 'outcome', 'kind'] as const;
const CALLER = ['tenant', 'key'] as const;
const LEVELS = { models: MODELS, callers: [...MODELS, ...CALLER] as const };

type Level = keyof typeof LEVELS;

/** Filters that require entries, because the sums of an hour do not contain the values. */
const ENTRY_FILTERS = ['minMs', 'minUsd', 'id'] as const;

/** Values by which a call or a stored sum is filtered and grouped. */
type Values = Readonly<Partial<Record<(typeof LEVELS.callers)[number], string | null | undefined>>>;

/**
 * Returns the figures of each group. For a complete hour, reads the stored sums, and stores them if they are missing. Reads the
 * entries of an hour instead if the query includes only a part of it, if a time zone divides it between two groups, or if the
 * query filters by duration, cost or id.
 */
export async function callStats(store: CallStore, query: CallStatsQuery): Promise<readonly CallStats[]> {
  const { by, zone = 'UTC', ...filter } = query;
  const sums = new CallSums();
  // `undefined` if the groups are neither hours nor days.
  const timesAt = timesIn(by, zone);
  const groupOf = (values: Values, at: number): readonly string[] => {
    const all: Readonly<Record<string, string | null | undefined>> = { ...values, ...timesAt?.(at) };
    return by.map((name) => all[name] ?? '');
  };
  const addEntries = async (range: CallQuery): Promise<void> => {
    for await (const page of figuresOf(store, range))
      for (const call of page) sums.addCall(groupOf(call, call.at), call);
  };
  const { hours } = store;
  if (hours === undefined) {
    await addEntries(filter);
    return sums.toStats(by);
  }
  const needsEntries = ENTRY_FILTERS.some((name) => filter[name] !== undefined);
  const isByCaller = CALLER.some((name) => by.includes(name) || filter[name] !== undefined);
  const level = isByCaller ? 'callers' : 'models';
  const from = filter.from?.getTime() ?? 0;
  const to = filter.to?.getTime() ?? Number.MAX_SAFE_INTEGER;
  for await (const hour of hoursOf(hours, { from, to, level })) {
    const start = hour.hour;
    const end = start + HOUR_MS;
    // The stored sums of an hour are of use only if the complete hour belongs to one group.
    const isComplete = start >= from && end <= to;
    const isOneGroup = JSON.stringify(timesAt?.(start)) === JSON.stringify(timesAt?.(end - 1));
    if (needsEntries || !isComplete || !isOneGroup) {
      const range = { from: new Date(Math.max(start, from)), to: new Date(Math.min(end, to)) };
      await addEntries({ ...filter, ...range });
      continue;
    }
    for (const stored of await sumsOf(store, hours, hour, level)) {
      // The first element of a stored sum contains the values of its group, in the order of the members of the level.
      const values: Values = Object.fromEntries(LEVELS[level].map((name, place) => [name, stored[0][place]]));
      if (LEVELS[level].every((name) => filter[name] === undefined || filter[name] === values[name]))
        sums.addSum(groupOf(values, start), stored);
    }
  }
  return sums.toStats(by);
}

/** Yields the figures of all matching entries, in pages. */
async function* figuresOf(store: CallStore, query: CallQuery): AsyncGenerator<readonly CallFigures[]> {
  let after: { readonly at: string; readonly id: string } | undefined;
  for (;;) {
    const page = await store.figures({ ...query, limit: ENTRIES, after });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < ENTRIES) return;
    after = { at: new Date(last.at).toISOString(), id: last.id };
  }
}

/** Yields the hours that have entries and overlap a range. */
async function* hoursOf(
  hours: CallHours,
  { from, to, level }: { readonly from: number; readonly to: number; readonly level: Level },
): AsyncGenerator<CallHour> {
  let next = from - (from % HOUR_MS);
  for (;;) {
    const page = await hours.read({ from: next, to, level, limit: HOURS });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < HOURS) return;
    next = last.hour + HOUR_MS;
  }
}

/** Returns the stored sums of an hour. If none are stored, computes and stores them. */
async function sumsOf(
  store: CallStore,
  hours: CallHours,
  { hour, version, sums }: CallHour,
  level: Level,
): Promise<readonly StoredSum[]> {
  if (sums !== undefined) return JSON.parse(sums) as readonly StoredSum[];
  const computed = { models: new CallSums(), callers: new CallSums() };
  const add = (call: CallFigures, name: Level): void =>
    computed[name].addCall(
      LEVELS[name].map((member) => call[member] ?? null),
      call,
    );
  const range = { from: new Date(hour), to: new Date(hour + HOUR_MS) };
  for await (const page of figuresOf(store, range))
    for (const call of page) {
      add(call, 'models');
      add(call, 'callers');
    }
  const models = computed.models.toStored();
  const callers = computed.callers.toStored();
  await hours.write({ hour, version, models: JSON.stringify(models), callers: JSON.stringify(callers) });
  return level === 'models' ? models : callers;
}
