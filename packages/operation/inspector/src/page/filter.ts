import type { FeedCall } from '../feed-types.ts';
import type { ListedCall } from './listed-call.ts';
import { fromOf, startOf } from './ranges.ts';

/** Filter for calls. Empty members match all calls. Except for `range`, members have the names of the API's parameters. */
export interface Filter {
  readonly tenant: string;
  readonly key: string;
  readonly model: string;
  readonly outcome: string;
  readonly range: string;
  /** Call id or request id. */
  readonly id: string;
}

const ALL: Filter = { tenant: '', key: '', model: '', outcome: '', range: '', id: '' };

/** Returns the filter in an address such as `#/calls?tenant=beta`. */
export function filterOf(query: string): Filter {
  const params = new URLSearchParams(query);
  return Object.fromEntries(
    Object.keys(ALL).map((name) => [name, params.get(name) ?? '']),
  ) as unknown as Filter;
}

/** Returns the address of the list with a filter, or of a call next to this list. */
export function addressOf(filter: Partial<Filter>, id = ''): string {
  const query = new URLSearchParams(nonEmpty(filter)).toString();
  const path = id === '' ? '#/calls' : `#/calls/${encodeURIComponent(id)}`;
  return query === '' ? path : `${path}?${query}`;
}

/** Returns the query parameters of the admin API for a filter. */
export function paramsOf({ range, id, ...filter }: Filter): Readonly<Record<string, string>> {
  return nonEmpty({ ...filter, id: id.trim(), ...fromOf(range) });
}

const nonEmpty = (values: object): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

/** Returns a function that returns whether a call matches the filter. `id` also matches a part of an id. */
export function matcherOf({ tenant, key, model, outcome, range, id }: Filter): (call: ListedCall) => boolean {
  const start = startOf(range) ?? 0;
  const text = id.trim().toLowerCase();
  return (call) =>
    call.startedAt >= start &&
    (tenant === '' || call.tenant === tenant) &&
    (key === '' || call.key === key) &&
    (model === '' || modelOf(call) === model) &&
    (outcome === '' || call.outcome === outcome) &&
    (text === '' ||
      [call.id, call.requestId, call.clientRequestId].some((each) => each?.toLowerCase().includes(text)));
}

/** Returns the name that the client sent, or the spec if only the feed contains the call. */
export const modelOf = ({ model, spec }: ListedCall): string => model ?? spec;

/** Whether another target was tried or skipped before the target that answered. */
export const failedOver = ({ outcome, answeredBy, tries }: FeedCall): boolean =>
  outcome === 'finished' &&
  tries.some(
    (each) => each.target !== answeredBy && (each.outcome === 'failed' || each.outcome === 'skipped'),
  );
