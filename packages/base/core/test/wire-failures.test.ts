import { expect, it } from 'vitest';
import { kindOf } from '../src/toolkit.ts';
import { WIRE_FAILURES } from './wire-failures.ts';

const cell = (text: string): string | undefined => (text === '-' ? undefined : text);

it('the table has at least 120 rows', () => {
  expect(WIRE_FAILURES.length).toBeGreaterThanOrEqual(120);
});

it.each(WIRE_FAILURES)('%s %s %s %s "%s" is %s', (_, status, code, type, message, kind) => {
  const failure = {
    status: status === '-' ? undefined : status,
    code: cell(code),
    type: cell(type),
    message,
  };
  expect(kindOf(failure)).toBe(kind);
});
