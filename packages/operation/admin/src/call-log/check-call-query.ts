import type { JsonObject } from '@majordomo/core';
import { checkFits, fail } from '../check-value.ts';
import { isZone } from '../keys/check-key.ts';
import { isUsd, MAX_PAGE, object, text, time, USD_PATTERN } from '../schema.ts';

/** Members of a call by which statistics can be grouped. */
export const DIMENSIONS: readonly string[] = [
  'model',
  'target',
  'tenant',
  'key',
  'outcome',
  'kind',
  'hour',
  'day',
];

/** Schemas of the filters by name. The admin API also uses them for its query parameters. */
export const FILTERS: JsonObject = {
  from: time,
  to: time,
  tenant: text,
  key: text,
  model: text,
  target: text,
  operation: {
    enum: [
      'chat',
      'image',
      'embedding',
      'transcription',
      'speech',
      'rerank',
      'moderation',
      'classification',
      'video',
      'tool',
    ],
  },
  outcome: { enum: ['finished', 'failed', 'abandoned', 'refused'] },
  // Kind of the error.
  kind: text,
  minMs: { type: 'integer', minimum: 0 },
  minUsd: { type: 'string', pattern: USD_PATTERN, description: 'Decimal number of USD.' },
  id: { ...text, description: 'Call id, request id or client request id.' },
};

/** Schemas of the members that select a page. */
export const PAGE: JsonObject = {
  limit: { type: 'integer', minimum: 1, maximum: MAX_PAGE },
  after: { ...text, description: 'Value of `next` of the previous page.' },
};

/**
 * Throws `config` with the path of an invalid member. `members`: schemas of allowed members in addition to the filters. A `zone` among
 * them must be a time zone.
 */
export async function checkCallQuery(
  subject: string,
  query: object,
  members: JsonObject = {},
): Promise<void> {
  // The dates are `Date` objects. Their schemas describe strings of the admin API.
  await checkFits(subject, object({}, { ...FILTERS, from: {}, to: {}, ...members }), query);
  const { from, to, minUsd, zone } = query as Readonly<Record<string, unknown>>;
  for (const [name, date] of Object.entries({ from, to }))
    if (date !== undefined && !isValidDate(date)) fail(subject, name, 'must be a valid Date', date);
  if (typeof minUsd === 'string' && !isUsd(minUsd))
    fail(subject, 'minUsd', "must be a decimal number with at most nine decimals, such as '0.50'", minUsd);
  if (typeof zone === 'string' && !isZone(zone))
    fail(subject, 'zone', "must be an IANA time zone, such as 'Europe/Berlin'", zone);
}

const isValidDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());
