import type { FeedCall } from '../feed-types.ts';

export type Shown = 'all' | 'running' | 'finished' | 'failed-over' | 'failed' | 'abandoned';

/** Filter for calls. Empty members match all calls. */
export interface Filter {
  readonly shown: Shown;
  readonly tenant: string;
  readonly target: string;
  readonly text: string;
}

export const ALL: Filter = { shown: 'all', tenant: '', target: '', text: '' };
export const NO_TENANT = '\u0000';

/** Whether a target other than the one that answered was tried or skipped first. */
export const failedOver = ({ outcome, answeredBy, tries }: FeedCall): boolean =>
  outcome === 'finished' &&
  tries.some(
    (each) => each.target !== answeredBy && (each.outcome === 'failed' || each.outcome === 'skipped'),
  );

export function filtered(calls: readonly FeedCall[], filter: Filter): readonly FeedCall[] {
  const { shown, tenant, target } = filter;
  const text = filter.text.trim().toLowerCase();
  if (shown === 'all' && tenant === '' && target === '' && text === '') return calls;
  return calls.filter(
    (call) =>
      (shown === 'all' || (shown === 'failed-over' ? failedOver(call) : call.outcome === shown)) &&
      (tenant === '' || (call.tenant ?? NO_TENANT) === tenant) &&
      (target === '' || call.tries.some((each) => each.target === target)) &&
      (text === '' || contains(call, text)),
  );
}

/** Whether the id, spec, tenant, metadata, targets or errors contain the text. */
const contains = ({ id, spec, tenant, tries, error, metadata }: FeedCall, text: string): boolean =>
  [
    id,
    spec,
    tenant,
    metadata,
    error?.kind,
    error?.message,
    ...tries.flatMap((each) => [each.target, each.error?.kind]),
  ].some((value) => value?.toLowerCase().includes(text));

/** Returns the tenants and targets of the calls. */
export function choices(calls: readonly FeedCall[]): {
  readonly tenants: readonly string[];
  readonly targets: readonly string[];
} {
  const tenants = new Set(calls.map(({ tenant }) => tenant ?? NO_TENANT));
  const targets = new Set(calls.flatMap(({ tries }) => tries.map(({ target }) => target)));
  return { tenants: [...tenants].sort(), targets: [...targets].sort() };
}
