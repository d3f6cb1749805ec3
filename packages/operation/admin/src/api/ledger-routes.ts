import type { Ledger, ReportKey } from '@majordomo/ledger';
import { dateOf, dimensionsOf, limitState, spendRow } from './convert.ts';
import type { Route, RouteRequest } from './route.ts';
import { object, text, time } from '../schema.ts';
import { LIMIT_STATE, SPEND_ROW } from './schemas.ts';

const DIMENSIONS = [
  'key',
  'day',
  'hour',
  'month',
  'tenant',
  'vendor',
  'provider',
  'model',
  'target',
  'name',
  'outcome',
];

/** Returns the routes of spending and limits. */
export const ledgerRoutes = (ledger: Ledger): readonly Route[] => [
  {
    method: 'get',
    path: '/spend',
    summary:
      'Sums spending. `by`: names of dimensions, separated by commas; `key` is the id of the virtual key.',
    query: { by: text, from: time, to: time, zone: text },
    status: 200,
    answer: object({ rows: { type: 'array', items: SPEND_ROW } }),
    handle: ({ query }) => spend(ledger, query),
  },
  {
    method: 'get',
    path: '/limits',
    summary: 'Returns the state of the limits of the ledger, without those of keys.',
    status: 200,
    answer: object({ limits: { type: 'array', items: LIMIT_STATE } }),
    handle: async () => ({ limits: (await ledger.state()).map(limitState) }),
  },
];

async function spend(ledger: Ledger, query: RouteRequest['query']): Promise<unknown> {
  const { by, from, to, zone } = query as Readonly<Record<string, string | undefined>>;
  const names = dimensionsOf(by, DIMENSIONS);
  const rows = await ledger.report({
    by: names.map((name) => (name === 'key' ? 'tag' : name) as ReportKey),
    tag: names.includes('key') ? 'key' : undefined,
    from: dateOf(from, 'from'),
    to: dateOf(to, 'to'),
    zone,
  });
  return { rows: rows.map(spendRow) };
}
