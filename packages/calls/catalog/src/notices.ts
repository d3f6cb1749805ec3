import { systemClock, type CallEvent, type Clock } from '@majordomo/core';
import { atLeast, checkOptions, notify } from '@majordomo/core/toolkit';
import { catalog as shipped } from './catalog.ts';
import type { Catalog, CatalogModel } from './contract.ts';

const DAY_MS = 86_400_000;
const WITHIN_DAYS = 90;

/** Notice that a vendor retires a model. */
export interface ModelNotice {
  readonly vendor: string;
  readonly id: string;
  /** Target of the call, such as `anthropic/claude-sonnet-4-5`. Absent if no call caused the notice. */
  readonly target?: string | undefined;
  /** Date of the retirement, in ISO format. */
  readonly retires: string;
  /** Number of days until the retirement, in UTC. 0 on the day of the retirement, negative afterwards. */
  readonly daysLeft: number;
  readonly successor: string | undefined;
  /** Date of the vendor's announcement, in ISO format. */
  readonly deprecatedSince: string | undefined;
}

/** Returns a notice if the model retires within `withinDays` (default 90) or has retired; otherwise `undefined`. */
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
  /** Function that receives each notice. Errors that it throws are ignored. */
  readonly onNotice: (notice: ModelNotice) => void;
  /** Catalog with the retirement dates, such as a refreshed one. @default the catalog of this package */
  readonly catalog?: Catalog | undefined;
  /** Number of days before a retirement at which notices begin. @default 90 */
  readonly withinDays?: number | undefined;
  /** Clock for the current day. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns a listener for `onEvent`. If the model of a target retires within `withinDays` or has retired, the listener calls
 * `onNotice` once per UTC day, after the target's first attempt that ends on that day.
 * @example createMajordomo({ providers, onEvent: modelNotices({ catalog, onNotice: (notice) => console.warn(notice) }) })
 */
export function modelNotices(options: ModelNoticesOptions): (event: CallEvent) => void {
  const kinds = {
    onNotice: 'function',
    catalog: 'object with find',
    withinDays: atLeast(0),
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
    // If the catalog cannot be loaded, the next attempt on this target loads it again.
    report(target, vendor, model).catch(() => targets.delete(target));
  };
}
