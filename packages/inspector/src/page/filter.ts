import type { ToldCall } from '../feed-types.ts';

export type Shown = 'all' | 'running' | 'finished' | 'failed-over' | 'failed' | 'abandoned';

/** Which calls are listed; empty: all. */
export interface Filter {
  readonly shown: Shown;
  readonly tenant: string;
  readonly target: string;
  readonly text: string;
}

export const ALL: Filter = { shown: 'all', tenant: '', target: '', text: '' };
export const NO_TENANT = '\u0000';

/** Another target than the one that answered was tried or passed over before. */
export const failedOver = ({ outcome, answeredBy, tries }: ToldCall): boolean =>
  outcome === 'finished' &&
  tries.some(
    (each) => each.target !== answeredBy && (each.outcome === 'failed' || each.outcome === 'skipped'),
  );

export function filtered(calls: readonly ToldCall[], filter: Filter): readonly ToldCall[] {
  const { shown, tenant, target } = filter;
  const text = filter.text.trim().toLowerCase();
  if (shown === 'all' && tenant === '' && target === '' && text === '') return calls;
  return calls.filter(
    (call) =>
      (shown === 'all' || (shown === 'failed-over' ? failedOver(call) : call.outcome === shown)) &&
      (tenant === '' || (call.tenant ?? NO_TENANT) === tenant) &&
      (target === '' || call.tries.some((each) => each.target === target)) &&
      (text === '' || says(call, text)),
  );
}

/** In its id, spec, tenant, targets or errors. */
const says = ({ id, spec, tenant, tries, error, metadata }: ToldCall, text: string): boolean =>
  [
    id,
    spec,
    tenant,
    metadata,
    error?.kind,
    error?.message,
    ...tries.flatMap((each) => [each.target, each.error?.kind]),
  ].some((word) => word?.toLowerCase().includes(text));

/** What there is to choose from. */
export function choices(calls: readonly ToldCall[]): {
  readonly tenants: readonly string[];
  readonly targets: readonly string[];
} {
  const tenants = new Set(calls.map(({ tenant }) => tenant ?? NO_TENANT));
  const targets = new Set(calls.flatMap(({ tries }) => tries.map(({ target }) => target)));
  return { tenants: [...tenants].sort(), targets: [...targets].sort() };
}
