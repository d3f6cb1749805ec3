import { expect, it } from 'vitest';
import { kindOf } from '../src/toolkit.ts';
import { WIRE_FAILURES } from './wire-failures.ts';

it('the table has at least 120 rows', () => {
  expect(WIRE_FAILURES.length).toBeGreaterThanOrEqual(120);
});

it.each(WIRE_FAILURES)('$vendor $status $code $type "$message" is $kind', ({ kind, ...failure }) => {
  expect(kindOf(failure)).toBe(kind);
});
