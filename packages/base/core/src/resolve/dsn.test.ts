import fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../types/llm-error.ts';
import { checkDsn, dsnName, dsnVariable } from './dsn.ts';

const parse = (value: string): ReturnType<typeof checkDsn> => checkDsn('LLM_X', value);

describe('an LLM_* DSN', () => {
  const plain = { scheme: 'x', host: 'h', path: '', baseURL: 'https://h', token: undefined };

  it.each([
    ['foreman://tok@h', { ...plain, scheme: 'foreman', token: 'tok' }],
    ['foreman://h', { ...plain, scheme: 'foreman' }],
    [
      'openai://k@h:8443/v1/',
      { scheme: 'openai', host: 'h:8443', path: '/v1', baseURL: 'https://h:8443/v1', token: 'k' },
    ],
    [
      'openai+http://localhost:8000/v1',
      {
        ...plain,
        scheme: 'openai',
        host: 'localhost:8000',
        path: '/v1',
        baseURL: 'http://localhost:8000/v1',
      },
    ],
    ['x://@h', plain],
    ['x://a@b:c@h', { ...plain, token: 'a@b:c' }],
    ['x://a%40b%2Fc%25@h/p@q', { ...plain, path: '/p@q', baseURL: 'https://h/p@q', token: 'a@b/c%' }],
    ['x://100%@h', { ...plain, token: '100%' }],
    ['x://t@[::1]:8080', { ...plain, host: '[::1]:8080', baseURL: 'https://[::1]:8080', token: 't' }],
  ])('parses %s', (value, expected) => {
    const { scheme, host, path, baseURL, token } = parse(value);
    expect({ scheme, host, path, baseURL, token }).toEqual(expected);
  });

  it('parses quirks from the query', () => {
    expect(parse('openai://h/v1?maxTokensField=max_tokens&streamUsage=false').params).toEqual({
      maxTokensField: 'max_tokens',
      streamUsage: 'false',
    });
  });

  it.each([
    ['secret-value', 12, 'scheme://token@host/path'],
    ['://secret@h', 0, 'scheme://token@host/path'],
    ['open ai://secret', 4, 'scheme://token@host/path'],
    ['x://', 4, 'no host'],
    ['x://secret@', 11, 'no host'],
    ['x://secret@a b', 11, 'not valid'],
    ['  x://secret@b@h h', 15, 'not valid'],
    ['x://secret/part@host/v1', 10, 'write %2F'],
    ['x://secret_data_region@h?data_region=EU', 25, 'data_region must be'],
  ])('rejects %s at character %i without repeating it', (value, offset, why) => {
    try {
      parse(value);
      expect.unreachable();
    } catch (error) {
      expect(LlmError.is(error, 'config')).toBe(true);
      expect(String(error)).toContain(why);
      expect(inspect(error, { customInspect: false })).not.toContain('secret');
      if (!LlmError.is(error)) throw error;
      expect(error.details.path).toBe(String(offset));
      expect(error.details.issues).toEqual([{ path: [offset], message: expect.stringContaining(why) }]);
    }
  });

  it('never shows its token when printed, spread or turned into JSON', () => {
    const dsn = parse('x://s3cret-token@h');
    for (const printed of [inspect(dsn, { depth: 9 }), JSON.stringify(dsn), JSON.stringify({ ...dsn })]) {
      expect(printed).not.toContain('s3cret');
    }
    expect(dsn.token).toBe('s3cret-token');
  });

  it('has one variable and one provider for dashes and underscores', () => {
    expect(dsnVariable('my-prov')).toBe('LLM_MY_PROV');
    expect(dsnVariable('my_prov')).toBe('LLM_MY_PROV');
    expect(dsnName('My-Prov')).toBe('my_prov');
  });

  it.each([
    ['slashes', `x://h${'/'.repeat(200_000)}y`],
    ['at signs', `x://${'@'.repeat(200_000)}`],
    ['letters of a scheme', 'a'.repeat(200_000)],
    ['colons of a host', `x://${'a:'.repeat(100_000)}`],
    ['percent signs', `x://${'%'.repeat(200_000)}@h`],
    ['parameters', `x://h?${'a=b&'.repeat(50_000)}`],
    ['blanks', ' '.repeat(200_000)],
  ])('is parsed in linear time: %s', (_, value) => {
    const began = process.cpuUsage();
    try {
      parse(value);
    } catch (error) {
      expect(LlmError.is(error, 'config')).toBe(true);
    }
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
  });

  it('has no error that contains its token', () => {
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(around, around, around, (before, between, after) => {
        try {
          parse(`${before}://c4nary${between}@${after}`);
        } catch (error) {
          if (!LlmError.is(error, 'config')) throw error;
          expect(inspect(error, { customInspect: false })).not.toContain('c4nary');
        }
      }),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 },
    );
  });

  it('accepts parameters named like members of Object.prototype', () => {
    const { params } = parse('x://h?__proto__=a&constructor=b');
    expect(Object.hasOwn(params, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
  });

  it('is a DSN or a config error for any string', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `x://${text}`),
        ),
        (value) => {
          try {
            expect(parse(value).host).not.toBe('');
          } catch (error) {
            expect(LlmError.is(error, 'config')).toBe(true);
          }
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });
});
