import { checkFits, fail } from '../check-value.ts';
import type { KeyChange, KeyLimit, NewKey } from './key.ts';
import { newKey } from './key-schemas.ts';
import { isUsd } from '../schema.ts';

/** Schema of a new key. It accepts any `expiresAt`, because a schema cannot describe a `Date`. */
const NEW_KEY = newKey({});
const MAX_METADATA_NAME = 64;
/** Names that the gateway sets in the metadata of each call. */
const RESERVED_NAMES = [
  ['key', 'the id of the key'],
  ['requestId', 'the id of each request'],
  ['client', 'the metadata that clients send'],
] as const;

/** Throws `config` with the path of an invalid member. `now`: time in epoch milliseconds, after which the key must expire. */
export async function checkNewKey(subject: string, key: NewKey, now: number): Promise<void> {
  await checkFits(subject, NEW_KEY, key);
  const { limits = [], metadata = {}, expiresAt } = key;
  limits.forEach((limit, index) => {
    checkLimit(subject, limit, index, limits);
  });
  const names = Object.keys(metadata);
  for (const name of names)
    if (name === '' || name.length > MAX_METADATA_NAME)
      fail(subject, 'metadata', `must have names of 1 to ${MAX_METADATA_NAME} characters`, name);
  for (const [name, use] of RESERVED_NAMES)
    if (names.includes(name)) fail(subject, `metadata.${name}`, `is reserved for ${use}; rename it`);
  if (expiresAt === undefined) return;
  if (!(expiresAt instanceof Date) || Number.isNaN(expiresAt.getTime()))
    fail(subject, 'expiresAt', 'must be a valid Date', expiresAt);
  if (expiresAt.getTime() <= now)
    fail(subject, 'expiresAt', 'must be in the future', expiresAt.toISOString());
}

/** Returns a copy of the key with the changes. */
export function applyChange(key: NewKey, change: KeyChange): NewKey {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    [...Object.entries(key), ...given].map(([name, value]) => [name, value === null ? undefined : value]),
  ) as unknown as NewKey;
}

function checkLimit(subject: string, limit: KeyLimit, index: number, all: readonly KeyLimit[]): void {
  const path = `limits[${index}]`;
  const [unit, ...others] = Object.keys(limit.max);
  if (unit === undefined || others.length > 0)
    fail(subject, `${path}.max`, 'must have exactly one of usd, tokens and calls', limit.max);
  const isAmount = (usd: string): boolean => isUsd(usd) && Number(usd) > 0;
  if ('usd' in limit.max && !isAmount(limit.max.usd))
    fail(
      subject,
      `${path}.max.usd`,
      "must be a decimal number above 0 with at most nine decimals, such as '5.00'",
      limit.max.usd,
    );
  const first = all.findIndex(({ max, per }) => per === limit.per && unit in max);
  if (first < index) fail(subject, path, `is a second limit of ${unit} per ${limit.per}; remove it`);
  if (limit.zone !== undefined && !isZone(limit.zone))
    fail(subject, `${path}.zone`, "must be an IANA time zone, such as 'Europe/Berlin'", limit.zone);
}

/** Whether the platform supports a time zone. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
