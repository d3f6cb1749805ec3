import { describe, expect, it } from 'vitest';
import { createLedger } from '../create-ledger.ts';
import type { LedgerOptions } from '../contract/ledger.ts';
import type { Limit } from '../contract/limit.ts';

const good = { name: 'day', max: { usd: '1.50' }, per: 'day' } as const;
const caught = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('an invalid limit is rejected with the name of the field', () => {
  it.each([
    [{ ...good, max: { usd: '1,50' } }, 'max.usd', "not '1,50'"],
    [{ ...good, max: { usd: 1.5 } }, 'max.usd', 'not 1.5'],
    [{ ...good, max: { usd: '-1' } }, 'max.usd', "not '-1'"],
    [{ ...good, max: { usd: '1e3' } }, 'max.usd', "not '1e3'"],
    [{ ...good, max: { usd: '0.0000000001' } }, 'max.usd', 'nine decimals'],
    [{ ...good, max: { usd: '9999999999999' } }, 'max.usd', 'decimal number'],
    [{ ...good, max: { usd: '0.00' } }, 'max.usd', 'never admit'],
    [{ ...good, max: { tokens: 0 } }, 'max.tokens', 'an integer above 0'],
    [{ ...good, max: { tokens: 1.5 } }, 'max.tokens', 'not 1.5'],
    [{ ...good, max: { requests: -1 } }, 'max.requests', 'not -1'],
    [{ ...good, max: { requests: NaN } }, 'max.requests', 'not NaN'],
    [{ ...good, max: {} }, 'max', 'exactly one of usd, tokens, requests and calls'],
    [{ ...good, max: { usd: '1', tokens: 1 } }, 'max', 'one of usd, tokens, requests and calls'],
    [{ ...good, max: null }, 'max', 'one of usd, tokens, requests and calls'],
    [{ ...good, per: 'week' }, 'per', "not 'week'"],
    [{ ...good, per: { ms: 0 } }, 'per.ms', 'not 0'],
    [{ ...good, zone: 'Europe/Atlantis' }, 'zone', "'Europe/Atlantis' is not a known time zone"],
    [{ ...good, zone: 5 }, 'zone', '5 is not a known time zone'],
    [{ ...good, each: 'tenant' }, 'each', 'array of names'],
    [{ ...good, each: ['tenant', 'tenant'] }, 'each', 'twice'],
    [{ ...good, where: { vendors: ['a'] } }, 'where.vendors', 'tenant, vendor, provider, target'],
    [{ ...good, where: { tenant: [] } }, 'where.tenant', 'must not be empty'],
    [{ ...good, whenSpent: 'stop' }, 'whenSpent', "not 'stop'"],
    [{ ...good, alertAt: [80] }, 'alertAt', 'shares above 0 and up to 1'],
    [{ ...good, name: '' }, 'name', 'non-empty string'],
    [{ ...good, alertAtt: [0.8] }, 'alertAtt', 'unknown field'],
  ])('%j: %s', (limit, field, reason) => {
    const error = caught(() => createLedger({ limits: [limit as unknown as Limit] }));
    expect(error).toMatchObject({ kind: 'config', details: { path: `limits[0].${field}` } });
    expect((error as Error).message).toContain(reason);
    const later = caught(() => {
      createLedger().setLimit(limit as unknown as Limit);
    });
    expect(later).toMatchObject({ kind: 'config', details: { path: `limit.${field}` } });
  });

  it.each([null, 'day'])('rejects the limit %j', (limit) => {
    expect(caught(() => createLedger({ limits: [limit as never] }))).toMatchObject({
      message: 'ledger: limits[0]: must be a limit object',
      details: { path: 'limits[0]' },
    });
  });

  it.each<Limit>([
    { ...good, per: 'minute', zone: 'Europe/Berlin', each: ['tenant', 'team'], whenSpent: 'fail' },
    { ...good, per: 'hour', max: { tokens: 1 }, alertAt: [1], whenSpent: 'advance' },
    { ...good, per: 'month', where: { tenant: ['a'], vendor: ['b'], provider: ['c'], target: ['d'] } },
    { ...good, per: { ms: 1 }, max: { requests: 1 }, each: [], alertAt: [] },
    { ...good, per: 'ever', where: { tenant: undefined } },
  ])('accepts %j', (limit) => {
    expect(createLedger({ limits: [limit] }).limits()).toEqual([limit]);
  });

  it.each([
    [{ ...good, where: null }, 'must be an object of arrays'],
    [{ ...good, where: { tenant: [''] } }, "must be an array of names, such as ['tenant']"],
    [{ ...good, each: [5] }, "must be an array of names, such as ['tenant']"],
    [{ ...good, each: null }, "must be an array of names, such as ['tenant']"],
    [{ ...good, per: null }, 'must be minute, hour, day, month, ever or { ms }, not null'],
    [{ ...good, per: { ms: 1.5 } }, 'must be an integer above 0, not 1.5'],
    [{ ...good, max: { euro: '1' } }, 'must have exactly one of usd, tokens, requests and calls'],
    [{ ...good, max: { tokens: '5' } }, "must be an integer above 0, not '5'"],
    [{ ...good, alertAt: 0.5 }, 'must be an array of shares above 0 and up to 1'],
    [{ ...good, alertAt: [0] }, 'must be an array of shares above 0 and up to 1'],
    [{ ...good, alertAt: ['1'] }, 'must be an array of shares above 0 and up to 1'],
    [{ ...good, whenSpent: 'stop' }, "must be 'fail' or 'advance', not 'stop'"],
    [{ ...good, name: 5 }, 'must be a non-empty string'],
    [
      { ...good, alertAtt: 1 },
      'unknown field; a limit has name, max, per, zone, each, where, whenSpent, alertAt',
    ],
    [{ ...good, where: { team: ['a'] } }, 'unknown key; use tenant, vendor, provider, target'],
    [{ ...good, zone: 'Mars' }, "'Mars' is not a known time zone; use an IANA name such as 'Europe/Berlin'"],
  ])('states the problem of %j', (limit, message) => {
    expect(() => createLedger({ limits: [limit as never] })).toThrow(message);
  });

  it('has the error of the platform as the cause of an unknown time zone', () => {
    const error = caught(() => createLedger({ limits: [{ ...good, zone: 'Mars' }] }));
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('rejects two limits with one name', () => {
    const error = caught(() => createLedger({ limits: [good, { ...good, per: 'month' }] }));
    expect(error).toMatchObject({ kind: 'config', details: { path: 'limits[1].name' } });
    expect((error as Error).message).toContain('another limit has the name "day"');
  });

  it.each([
    [{ unknownPrice: 'allow' }, 'unknownPrice'],
    [{ whenDown: 'open' }, 'whenDown'],
    [{ reserve: 'least' }, 'reserve'],
    [{ reserve: 1 }, 'reserve'],
    [{ whenHeld: 'stop' }, 'whenHeld'],
    [{ storeTimeoutMs: 0 }, 'storeTimeoutMs'],
    [{ storeTimeoutMs: Infinity }, 'storeTimeoutMs'],
    [{ heldTimeoutMs: 0 }, 'heldTimeoutMs'],
    [{ heldTimeoutMs: Infinity }, 'heldTimeoutMs'],
    [{ tags: 'feature' }, 'tags'],
    [{ tags: ['feature', 1] }, 'tags'],
    [{ store: {} }, 'store'],
    [{ catalog: {} }, 'catalog'],
    [{ limits: {} }, 'limits'],
    [{ limitsOf: [] }, 'limitsOf'],
    [{ media: 'fitter' }, 'media'],
    [{ onAlert: 'log' }, 'onAlert'],
    [{ onRecord: 'log' }, 'onRecord'],
    [{ clock: {} }, 'clock'],
  ])('rejects the option %j', (options, path) => {
    expect(caught(() => createLedger(options as never))).toMatchObject({ kind: 'config', details: { path } });
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
