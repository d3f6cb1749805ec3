import { LlmError } from '@majordomo/core';
import type { CallDimension, CallQuery } from '../call-log/call.ts';
import { DIMENSIONS, FILTERS, PAGE } from '../call-log/check-call-query.ts';
import type { CallLog } from '../call-log/create-call-log.ts';
import { decimal, NANO_DIGITS } from '../decimal.ts';
import { object, text } from '../schema.ts';
import { dateOf, dimensionsOf } from './convert.ts';
import type { Route, RouteRequest } from './route.ts';
import { CALL, CALL_STATS } from './schemas.ts';

const MEDIA_TYPES = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

/** Returns the routes of the call log. `/calls/{id}` is the last one, because the first route that matches a path answers. */
export const callRoutes = (calls: CallLog): readonly Route[] => [
  {
    method: 'get',
    path: '/calls',
    summary: 'Lists calls, newest first.',
    query: { ...FILTERS, ...PAGE } as Route['query'],
    status: 200,
    answer: object({ calls: { type: 'array', items: CALL } }, { next: text }),
    handle: ({ query }) => calls.page(filterOf(query)),
  },
  {
    method: 'get',
    path: '/calls/stats',
    summary: 'Sums calls. `by`: names of dimensions, separated by commas.',
    query: { ...FILTERS, by: text, zone: text },
    status: 200,
    answer: object({ rows: { type: 'array', items: CALL_STATS } }),
    async handle({ query: { by, ...query } }) {
      const names = dimensionsOf(by as string | undefined, DIMENSIONS);
      const rows = await calls.stats({ ...filterOf(query), by: names as readonly CallDimension[] });
      return { rows: rows.map(({ nanoUsd, ...row }) => ({ ...row, usd: decimal(nanoUsd, NANO_DIGITS) })) };
    },
  },
  {
    method: 'get',
    path: '/calls/export',
    summary: 'Downloads calls, newest first, as lines of JSON or as CSV.',
    query: {
      ...FILTERS,
      format: { enum: ['jsonl', 'csv'], description: 'Default: jsonl.' },
    },
    status: 200,
    answer: text,
    mediaTypes: Object.values(MEDIA_TYPES),
    async handle({ query: { format = 'jsonl', ...query } }) {
      const filter = filterOf(query);
      // Check the query before the stream starts, because the status cannot change after that.
      await calls.page({ ...filter, limit: 1 });
      const name = format as keyof typeof MEDIA_TYPES;
      return new Response(calls.export(name, filter), {
        headers: {
          'content-type': MEDIA_TYPES[name],
          'content-disposition': `attachment; filename="calls.${name}"`,
          'cache-control': 'no-store',
        },
      });
    },
  },
  {
    method: 'get',
    path: '/calls/{id}',
    summary: 'Returns a call by its id or request id.',
    status: 200,
    answer: object({ call: CALL }),
    async handle({ id }) {
      const call = await calls.get(id);
      if (call === undefined) throw new LlmError('not-found', `no call has the id or request id "${id}"`);
      return { call };
    },
  },
];

/** Converts the query parameters to a call query. Throws `config` for an invalid time. */
function filterOf({ from, to, ...filter }: RouteRequest['query']): CallQuery {
  return {
    ...filter,
    from: dateOf(from as string | undefined, 'from'),
    to: dateOf(to as string | undefined, 'to'),
  };
}
