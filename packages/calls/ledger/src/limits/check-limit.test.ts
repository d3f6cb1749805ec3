import { describe, expect, it } from 'vitest';
import { createLedger } from '../create-ledger.ts';
import type { LedgerOptions } from '../contract/ledger.ts';
import type { Limit } from '../contract/limit.ts';

const validLimit = { name: 'day', max: { usd: '1.50' }, per: 'day' } as const;
const errorOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

const USD =
  "must be a string with a decimal number of at most 9223372036.854775807 and nine decimals, such as '20.00', not";
const MAX = "must have exactly one of usd, tokens, requests and calls, such as { usd: '20.00' }";
const NAMES = "must be an array of names, such as ['tenant']";
const WHERE = "must be an object of arrays, such as { vendor: ['openai'] }";
const ZONE = "is not a known time zone; use an IANA name such as 'Europe/Berlin'";
const PERIODS = 'must be minute, hour, day, month, ever or { ms }, not';
const SHARES = 'must be an array of shares above 0 and up to 1, such as [0.8, 0.95]';

describe('an invalid limit is rejected with the name of the field', () => {
  it.each([
    [{ ...validLimit, max: { usd: '1,50' } }, 'max.usd', `${USD} '1,50'`],
    [{ ...validLimit, max: { usd: 1.5 } }, 'max.usd', `${USD} 1.5`],
    [{ ...validLimit, max: { usd: '-1' } }, 'max.usd', `${USD} '-1'`],
    [{ ...validLimit, max: { usd: '1e3' } }, 'max.usd', `${USD} '1e3'`],
    [{ ...validLimit, max: { usd: '0.0000000001' } }, 'max.usd', `${USD} '0.0000000001'`],
    [{ ...validLimit, max: { usd: '9999999999999' } }, 'max.usd', `${USD} '9999999999999'`],
    [
      { ...validLimit, max: { usd: '0.00' } },
      'max.usd',
      'must be above 0; this limit could never admit a call',
    ],
    [{ ...validLimit, max: { tokens: 0 } }, 'max.tokens', 'must be an integer above 0, not 0'],
    [{ ...validLimit, max: { tokens: 1.5 } }, 'max.tokens', 'must be an integer above 0, not 1.5'],
    [{ ...validLimit, max: { tokens: '5' } }, 'max.tokens', "must be an integer above 0, not '5'"],
    [{ ...validLimit, max: { requests: -1 } }, 'max.requests', 'must be an integer above 0, not -1'],
    [{ ...validLimit, max: { requests: NaN } }, 'max.requests', 'must be an integer above 0, not NaN'],
    [{ ...validLimit, max: { calls: null } }, 'max.calls', 'must be an integer above 0, not null'],
    [{ ...validLimit, max: {} }, 'max', MAX],
    [{ ...validLimit, max: { usd: '1', tokens: 1 } }, 'max', MAX],
    [{ ...validLimit, max: null }, 'max', MAX],
    [{ ...validLimit, max: 'usd' }, 'max', MAX],
    [{ ...validLimit, max: { euro: '1' } }, 'max', MAX],
    [{ ...validLimit, per: 'week' }, 'per', `${PERIODS} 'week'`],
    [{ ...validLimit, per: null }, 'per', `${PERIODS} null`],
    [{ ...validLimit, per: { ms: 0 } }, 'per.ms', 'must be an integer above 0, not 0'],
    [{ ...validLimit, per: { ms: 1.5 } }, 'per.ms', 'must be an integer above 0, not 1.5'],
    [{ ...validLimit, zone: 'Mars' }, 'zone', `'Mars' ${ZONE}`],
    [{ ...validLimit, zone: 5 }, 'zone', `5 ${ZONE}`],
    [{ ...validLimit, each: 'tenant' }, 'each', NAMES],
    [{ ...validLimit, each: [5] }, 'each', NAMES],
    [{ ...validLimit, each: null }, 'each', NAMES],
    [{ ...validLimit, each: ['tenant', 'tenant'] }, 'each', 'must not contain a name twice'],
    [{ ...validLimit, where: null }, 'where', WHERE],
    [{ ...validLimit, where: 'tenant' }, 'where', WHERE],
    [
      { ...validLimit, where: { team: ['a'] } },
      'where.team',
      'unknown key; use tenant, vendor, provider, target',
    ],
    [{ ...validLimit, where: { tenant: [''] } }, 'where.tenant', NAMES],
    [
      { ...validLimit, where: { tenant: [] } },
      'where.tenant',
      'must not be empty; an empty array matches no call',
    ],
    [{ ...validLimit, whenSpent: 'stop' }, 'whenSpent', "must be 'fail' or 'advance', not 'stop'"],
    [{ ...validLimit, alertAt: [80] }, 'alertAt', SHARES],
    [{ ...validLimit, alertAt: 0.5 }, 'alertAt', SHARES],
    [{ ...validLimit, alertAt: [0] }, 'alertAt', SHARES],
    [{ ...validLimit, alertAt: ['1'] }, 'alertAt', SHARES],
    [{ ...validLimit, name: '' }, 'name', 'must be a non-empty string'],
    [{ ...validLimit, name: 5 }, 'name', 'must be a non-empty string'],
    [
      { ...validLimit, alertAtt: [0.8] },
      'alertAtt',
      'unknown field; a limit has name, max, per, zone, each, where, whenSpent, alertAt',
    ],
  ])('%j: %s %s', (limit, field, problem) => {
    const expected = (path: string) => ({
      kind: 'config',
      message: `ledger: ${path}.${field}: ${problem}`,
      details: { path: `${path}.${field}` },
    });
    const error = errorOf(() => createLedger({ limits: [limit as unknown as Limit] }));
    expect(error).toMatchObject(expected('limits[0]'));
    const later = errorOf(() => {
      createLedger().setLimit(limit as unknown as Limit);
    });
    expect(later).toMatchObject(expected('limit'));
  });

  it.each([null, 'day'])('rejects the limit %j', (limit) => {
    expect(errorOf(() => createLedger({ limits: [limit as never] }))).toMatchObject({
      message: 'ledger: limits[0]: must be a limit object',
      details: { path: 'limits[0]' },
    });
  });

  it.each<Limit>([
    { ...validLimit, per: 'minute', zone: 'Europe/Berlin', each: ['tenant', 'team'], whenSpent: 'fail' },
    { ...validLimit, per: 'hour', max: { tokens: 1 }, alertAt: [1], whenSpent: 'advance' },
    { ...validLimit, per: 'month', where: { tenant: ['a'], vendor: ['b'], provider: ['c'], target: ['d'] } },
    { ...validLimit, per: { ms: 1 }, max: { requests: 1 }, each: [], alertAt: [] },
    { ...validLimit, per: 'ever', where: { tenant: undefined } },
  ])('accepts %j', (limit) => {
    expect(createLedger({ limits: [limit] }).limits()).toEqual([limit]);
  });

  it('has the error of the platform as the cause of an unknown time zone', () => {
    const error = errorOf(() => createLedger({ limits: [{ ...validLimit, zone: 'Mars' }] }));
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('rejects two limits with one name', () => {
    const error = errorOf(() => createLedger({ limits: [validLimit, { ...validLimit, per: 'month' }] }));
    expect(error).toMatchObject({
      kind: 'config',
      message: 'ledger: limits[1].name: another limit has the name "day"; rename one',
      details: { path: 'limits[1].name' },
    });
  });

  it.each([
    [{ unknownPrice: 'allow' }, 'unknownPrice', 'be one of admit, deny'],
    [{ whenDown: 'open' }, 'whenDown', 'be one of admit, deny'],
    [{ reserve: 'least' }, 'reserve', 'be one of maximum, likely'],
    [{ reserve: 1 }, 'reserve', 'be one of maximum, likely, not a number'],
    [{ whenHeld: 'stop' }, 'whenHeld', 'be one of wait, deny'],
    [{ storeTimeoutMs: 0 }, 'storeTimeoutMs', 'be a number of 1 or more, not 0'],
    [{ storeTimeoutMs: Infinity }, 'storeTimeoutMs', 'be a finite number of 1 or more, not Infinity'],
    [{ heldTimeoutMs: 0 }, 'heldTimeoutMs', 'be a number of 1 or more, not 0'],
    [{ heldTimeoutMs: Infinity }, 'heldTimeoutMs', 'be a finite number of 1 or more, not Infinity'],
    [{ tags: 'feature' }, 'tags', 'be an array, not a string'],
    [{ tags: ['feature', 1] }, 'tags[1]', 'be a string, not a number'],
    [{ store: {} }, 'store', 'be an object with reserve, not one without'],
    [{ catalog: {} }, 'catalog', 'be an object with find, not one without'],
    [{ limits: {} }, 'limits', 'be an array, not an object'],
    [{ limitsOf: [] }, 'limitsOf', 'be a function, not an array'],
    [{ media: 'fitter' }, 'media', 'be an object, not a string'],
    [{ onAlert: 'log' }, 'onAlert', 'be a function, not a string'],
    [{ onRecord: 'log' }, 'onRecord', 'be a function, not a string'],
    [{ clock: {} }, 'clock', 'be an object with now, not one without'],
  ])('rejects the option %j: %s must %s', (options, path, rule) => {
    expect(errorOf(() => createLedger(options as never))).toMatchObject({
      kind: 'config',
      message: `createLedger: ${path} must ${rule}`,
      details: { path },
    });
  });

  it.each([
    { reserve: 'maximum' },
    { reserve: 'likely' },
    { reserve: () => 1 },
    { unknownPrice: 'admit' },
    { unknownPrice: 'deny' },
    { whenDown: 'admit' },
    { whenDown: 'deny' },
    { whenHeld: 'wait' },
    { whenHeld: 'deny' },
    { storeTimeoutMs: 1, heldTimeoutMs: 1 },
    { tags: ['feature'] },
  ] satisfies LedgerOptions[])('accepts the options %j', (options) => {
    expect(() => createLedger(options)).not.toThrow();
  });
});
