import { LlmError } from '@majordomo/core';
import { formatOf } from './calendar.ts';
import type { Limit } from '../contract/limit.ts';
import { parseUsd, USD_RULE } from './money.ts';

const PERIODS: readonly unknown[] = ['minute', 'hour', 'day', 'month', 'ever'];
const WHERE_KEYS: readonly string[] = ['tenant', 'vendor', 'provider', 'target'];
const FIELDS = ['name', 'max', 'per', 'zone', 'each', 'where', 'whenSpent', 'alertAt'];

/** Throws `config` with the path of an invalid field, of a limit that no call could pass, or of a repeated name. */
export function checkLimits(limits: readonly Limit[]): void {
  const names = new Set<string>();
  limits.forEach((limit, index) => {
    const path = `limits[${index}]`;
    checkLimit(limit, path);
    if (names.has(limit.name)) fail(`${path}.name`, `another limit has the name "${limit.name}"; rename one`);
    names.add(limit.name);
  });
}

/** Throws `config` for an invalid field or a limit that no call could pass. The error contains `path`, the path of the limit. */
export function checkLimit(limit: Limit, path: string): void {
  if (typeof limit !== 'object' || (limit as unknown) === null) fail(path, 'must be a limit object');
  for (const field of Object.keys(limit))
    if (!FIELDS.includes(field)) fail(`${path}.${field}`, `unknown field; a limit has ${FIELDS.join(', ')}`);
  if (typeof limit.name !== 'string' || limit.name === '') fail(`${path}.name`, 'must be a non-empty string');
  checkMax(limit.max, `${path}.max`);
  checkPeriod(limit, path);
  checkNames(limit.each, `${path}.each`);
  checkWhere(limit.where, `${path}.where`);
  const { whenSpent, alertAt = [] } = limit;
  if (whenSpent !== undefined && !['fail', 'advance'].includes(whenSpent))
    fail(`${path}.whenSpent`, `must be 'fail' or 'advance', not ${quoted(whenSpent)}`);
  if (!Array.isArray(alertAt) || !alertAt.every(isShare))
    fail(`${path}.alertAt`, 'must be an array of shares above 0 and up to 1, such as [0.8, 0.95]');
}

function checkMax(max: unknown, path: string): void {
  const entries = typeof max === 'object' && max !== null ? Object.entries(max) : [];
  const [unit, value] = entries[0] ?? [];
  if (entries.length !== 1 || unit === undefined || !['usd', 'tokens', 'requests', 'calls'].includes(unit))
    fail(path, "must have exactly one of usd, tokens, requests and calls, such as { usd: '20.00' }");
  if (unit !== 'usd') {
    checkCount(value, `${path}.${unit}`);
    return;
  }
  const nano = parseUsd(value);
  if (nano === undefined) fail(`${path}.usd`, `${USD_RULE}, such as '20.00', not ${quoted(value)}`);
  if (nano === 0n) fail(`${path}.usd`, 'must be above 0; this limit could never admit a call');
}

function checkPeriod({ per, zone }: Limit, path: string): void {
  if (typeof per === 'object' && (per as unknown) !== null) checkCount(per.ms, `${path}.per.ms`);
  else if (!PERIODS.includes(per))
    fail(`${path}.per`, `must be ${PERIODS.join(', ')} or { ms }, not ${quoted(per)}`);
  if (zone === undefined) return;
  try {
    if (typeof zone !== 'string') throw new TypeError('not a string');
    formatOf(zone);
  } catch (cause) {
    fail(
      `${path}.zone`,
      `${quoted(zone)} is not a known time zone; use an IANA name such as 'Europe/Berlin'`,
      cause,
    );
  }
}

function checkWhere(where: unknown, path: string): void {
  if (where === undefined) return;
  if (typeof where !== 'object' || where === null)
    fail(path, "must be an object of arrays, such as { vendor: ['openai'] }");
  for (const [key, values] of Object.entries(where)) {
    if (!WHERE_KEYS.includes(key)) fail(`${path}.${key}`, `unknown key; use ${WHERE_KEYS.join(', ')}`);
    checkNames(values, `${path}.${key}`);
    if (Array.isArray(values) && values.length === 0)
      fail(`${path}.${key}`, 'must not be empty; an empty array matches no call');
  }
}

function checkNames(value: unknown, path: string): void {
  if (value === undefined) return;
  const isList = Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '');
  if (!isList) fail(path, "must be an array of names, such as ['tenant']");
  if (new Set(value).size < value.length) fail(path, 'must not contain a name twice');
}

function checkCount(value: unknown, path: string): void {
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    fail(path, `must be an integer above 0, not ${quoted(value)}`);
}

const isShare = (share: unknown): boolean => typeof share === 'number' && share > 0 && share <= 1;

const quoted = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

function fail(path: string, why: string, cause?: unknown): never {
  throw new LlmError('config', `ledger: ${path}: ${why}`, { path }, { cause });
}
