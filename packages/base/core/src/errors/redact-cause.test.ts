import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redactCause } from './redact.ts';

const KEY = 'canary-3141592653';
const inspected = (value: unknown): string => inspect(value, { depth: Infinity, showHidden: true });
class ResponseBody {
  readonly header = `authorization: ${KEY}`;
}
const hidden = (error: Error, name: string, value: unknown): Error =>
  Object.defineProperty(error, name, { value, enumerable: false });

describe('a cause', () => {
  it.each([
    ['a plain error', new TypeError('terminated')],
    [
      'an error with a chain of causes',
      new Error('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }),
    ],
    [
      'an error with the vendor’s response',
      Object.assign(new Error('429'), { error: { list: ['slow', 1, null] } }),
    ],
    [
      'an error with headers',
      Object.assign(new Error('429'), { headers: new Headers({ 'retry-after': '1' }) }),
    ],
    ['an AggregateError', new AggregateError([new Error('a'), new Error('b')], 'both')],
    ['a string', 'enough'],
    ['nothing', undefined],
  ])('without a secret is unchanged: %s', (_, cause) => {
    expect(redactCause(cause, [KEY])).toBe(cause);
  });

  it.each<[string, unknown]>([
    ['in its message', new Error(`bad ${KEY}`)],
    ['in its name', Object.assign(new Error('a'), { name: KEY })],
    ['only in its stack', Object.assign(new Error('a'), { stack: `Error: ${KEY}` })],
    ['in a member', Object.assign(new Error('a'), { body: [{ text: KEY }] })],
    ['as the name of a member', Object.assign(new Error('a'), { body: { [KEY]: 1 } })],
    ['in a member that JSON does not show', hidden(new Error('a'), 'request', { key: KEY })],
    ['in headers', Object.assign(new Error('a'), { headers: new Headers({ 'x-echo': KEY }) })],
    ['in an instance of a class', hidden(new Error('a'), '$response', { body: new ResponseBody() })],
    ['in its own cause', new Error('a', { cause: new Error('b', { cause: new Error(KEY) }) })],
    ['in one of several errors', new AggregateError([new Error(KEY)], 'both')],
    [
      'in a member with the name of a secret',
      Object.assign(new Error('a'), { config: { client_secret: KEY.slice(0, 9) } }),
    ],
    ['in base64', new Error(Buffer.from(`user:${KEY}`).toString('base64'))],
    ['as a string', `bad ${KEY}`],
    ['as an array', [KEY]],
    ['as an instance of a class', new ResponseBody()],
    ['in a serialized error', new Error('a', { cause: { name: 'Error', stack: `Error: ${KEY}` } })],
    ['as a plain object', { message: 'a', stack: `Error: ${KEY}` }],
    ['in a stack that is not a string', Object.assign(new Error('a'), { stack: { text: KEY } })],
    ['in a member with the name of an array method', Object.assign(new Error('a'), { length: KEY })],
    ['in a member of an array', [Object.assign([1], { stack: KEY })]],
  ])('with a secret is copied without it: %s', (_, cause) => {
    expect(inspected(redactCause(cause, [KEY]))).not.toContain(KEY.slice(4));
    expect(inspected(redactCause(cause, [KEY]))).not.toContain(
      Buffer.from(KEY).toString('base64').slice(4, 12),
    );
  });

  it('keeps the name, code, status and causes', () => {
    const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const error = Object.assign(new Error(`no ${KEY}`, { cause: inner }), { name: 'APIError', status: 401 });
    expect(redactCause(error, [KEY])).toMatchObject({
      name: 'APIError',
      message: 'no ***',
      status: 401,
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
  });

  it('may have a message that is not a string', () => {
    const error = Object.assign(new Error('a'), { message: [KEY], name: 5 });
    const clean = redactCause(error, [KEY]) as Error;
    expect([clean.message, clean.name, inspected(clean).includes(KEY)]).toEqual(['', '', false]);
  });

  it('may contain itself', () => {
    const error = new Error(KEY);
    error.cause = error;
    const clean = redactCause(error, [KEY]) as Error;
    expect(clean.cause).toBe(clean);
  });

  it('is copied up to a limit', () => {
    const largeError = Object.assign(new Error('wide'), {
      rows: Array.from({ length: 100_000 }, () => ({ a: {} })),
    });
    expect(inspected(redactCause(largeError, [])).length).toBeLessThan(100_000);
    let deep: unknown = KEY;
    for (let n = 0; n < 100_000; n++) deep = [deep];
    expect(redactCause(Object.assign(new Error('deep'), { deep }), [KEY])).toBeInstanceOf(Error);
  });

  it('is copied up to a limit in arrays and long strings', () => {
    const rows = Array.from({ length: 1_000_000 }, (_, n) => n);
    const began = process.cpuUsage();
    const clean = redactCause(Object.assign(new Error('wide'), { rows }), [KEY]) as { rows: number[] };
    expect(clean.rows.length).toBeLessThan(10_000);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
    const long = redactCause(new Error(`sk-${'a'.repeat(12_000_000)} ${KEY}`), [KEY]) as Error;
    expect(long.message).toMatch(/^\*\*\*/);
    const cut = redactCause(`${'a '.repeat(99_995)}${KEY}${' b'.repeat(9)}`, [KEY]) as string;
    expect([cut.length > 180_000, cut.includes(KEY.slice(0, 4))]).toEqual([true, false]);
  });

  it('keeps its other members if one is removed', () => {
    const data = { length: 5, stack: 'plain', text: KEY };
    expect(redactCause(Object.assign(new Error('a'), { data }), [KEY])).toMatchObject({
      data: { length: 5, stack: 'plain', text: '***' },
    });
  });

  it('may have members with the names of Object.prototype', () => {
    const error = Object.assign(new Error(KEY), {
      body: JSON.parse('{"__proto__":{"polluted":true}}') as object,
    });
    redactCause(error, [KEY]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
