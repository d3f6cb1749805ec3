import { systemClock, type CallEvent, type Clock } from '@majordomo/core';
import { checkOptions, notify } from '@majordomo/core/toolkit';
import { catalog as shipped } from './catalog.ts';
import type { Catalog, CatalogModel } from './contract.ts';

const DAY_MS = 86_400_000;
const WITHIN_DAYS = 90;

/** Notice about a model that its vendor retires. */
export interface ModelNotice {
  readonly vendor: string;
  readonly id: string;
  /** Target of the call, such as `anthropic/claude-sonnet-4-5`; absent in a notice that belongs to no call. */
  readonly target?: string | undefined;
  /** ISO date of retirement. */
  readonly retires: string;
  /** Full days until retirement in UTC; 0 on the day itself, negative afterwards. */
  readonly daysLeft: number;
  readonly successor: string | undefined;
  /** ISO date of the vendor's announcement. */
  readonly deprecatedSince: string | undefined;
}

/** Returns the notice for a model that retires within `withinDays` (default 90) or has retired; `undefined` otherwise. */
export function noticeOf(
  model: CatalogModel,
  at: Date,
  withinDays: number = WITHIN_DAYS,
): ModelNotice | undefined {
  const { vendor, id, retires, successor, deprecatedSince } = model;
  if (retires === undefined) return undefined;
  const daysLeft = Math.floor(Date.parse(retires) / DAY_MS) - Math.floor(at.getTime() / DAY_MS);
  return daysLeft <= withinDays ? { vendor, id, retires, daysLeft, successor, deprecatedSince } : undefined;
}

/** Options of `modelNotices`. */
export interface ModelNoticesOptions {
  /** Receives each notice. Errors that it throws are ignored. */
  readonly onNotice: (notice: ModelNotice) => void;
  /** Catalogue with the dates, such as a refreshed one. @default the shipped snapshot */
  readonly catalog?: Catalog | undefined;
  /** Days before retirement from which notices begin. @default 90 */
  readonly withinDays?: number | undefined;
  /** Source of time. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns a listener for `onEvent` that reports each target with a notice once per UTC day, after the first attempt that
 * ends on that day.
 *
 * @example createMajordomo({ providers, onEvent: modelNotices({ catalog, onNotice: (notice) => console.warn(notice) }) })
 */
export function modelNotices(options: ModelNoticesOptions): (event: CallEvent) => void {
  const kinds = {
    onNotice: 'function',
    catalog: 'object with find',
    withinDays: 0,
    clock: 'object with now',
  } as const;
  checkOptions('modelNotices', options, kinds, ['onNotice']);
  const { onNotice, catalog = shipped, withinDays, clock = systemClock } = options;
  let day = -1;
  const targets = new Set<string>();

  async function report(target: string, vendor: string, id: string): Promise<void> {
    const found = await catalog.find(vendor, id);
    const notice = found && noticeOf(found.model, new Date(clock.now()), withinDays);
    if (notice !== undefined) notify(onNotice, { ...notice, target });
  }

  return (event) => {
    if (event.type !== 'attempt-end') return;
    const { target, vendor, model } = event.result;
    const today = Math.floor(clock.now() / DAY_MS);
    if (today !== day) targets.clear();
    day = today;
    if (vendor === undefined || model === undefined || targets.has(target)) return;
    targets.add(target);
    // A catalogue that cannot be loaded is tried again with the next attempt.
    report(target, vendor, model).catch(() => targets.delete(target));
  };
}
