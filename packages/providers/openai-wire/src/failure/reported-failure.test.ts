import { describe, expect, it } from 'vitest';
import { parseFailure } from './reported-failure.ts';

const nothing = { status: undefined, code: undefined, type: undefined, param: undefined, message: '' };

describe('an error body', () => {
  it.each<[string, unknown, object]>([
    [
      'with a wrapper',
      { error: { message: 'no', type: 't', code: 'c', param: 'p' } },
      { message: 'no', type: 't', code: 'c', param: 'p' },
    ],
    [
      'without a wrapper',
      { object: 'error', message: 'no', type: 't', code: '3051', param: null },
      { message: 'no', type: 't', code: '3051' },
    ],
    [
      'with a number for its code',
      { error: { message: 'no', code: 400 } },
      { message: 'no', code: '400', status: 400 },
    ],
    ['whose wrapped error is a string', { error: 'no' }, { message: 'no' }],
    [
      'whose wrapper contains an error string and a message',
      { error: 'Bad Request', message: 'no' },
      { message: 'no' },
    ],
    [
      'of a validator',
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }] },
      { message: 'Extra inputs are not permitted', type: 'extra_forbidden', param: 'seed' },
    ],
    [
      'of a validator, nested',
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'messages', 0, 'name'], msg: 'no' }] },
      { message: 'no', type: 'extra_forbidden' },
    ],
    ['with a string as its detail', { detail: 'Not Found' }, { message: 'Not Found' }],
    [
      'in an array',
      [{ error: { message: 'no', code: 429, status: 'RESOURCE_EXHAUSTED' } }],
      { message: 'no', code: '429' },
    ],
    [
      'in a separate array',
      { success: false, errors: [{ message: 'no', code: 10000 }] },
      { message: 'no', code: '10000' },
    ],
    [
      'that a gateway wrapped',
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"too long"}}' },
        },
      },
      { message: 'Provider returned error: too long', code: '400', status: 400 },
    ],
    [
      'that a gateway wrapped as a string',
      { error: { message: 'no', metadata: { raw: 'busy' } } },
      { message: 'no: busy' },
    ],
    [
      'that a gateway wrapped without its own message',
      { error: { metadata: { raw: { error: { message: 'busy' } } } } },
      { message: 'busy' },
    ],
    ['whose message is an object', { error: { message: { a: 1 } } }, { message: '{"a":1}' }],
    ['that is missing', undefined, {}],
    ['that is a string without a wrapper', 'Bad Gateway', { message: 'Bad Gateway' }],
  ])('reads %s', (_what, body, expected) => {
    expect({ ...nothing, ...parseFailure(body) }).toEqual({ ...nothing, ...expected });
  });
});
