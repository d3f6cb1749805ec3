import { expect, it } from 'vitest';
import { UNKNOWN_USAGE } from '../stream/usage.ts';
import { recordFromText, recordToText } from './record-text.ts';

const record = { id: '1', at: '2026-11-20T12:00:00.000Z', usage: { ...UNKNOWN_USAGE, input: 1 } };

it('a record is read with its members, also if they are undefined', () => {
  const { at, text } = recordToText(record);
  expect(at).toBe(Date.UTC(2026, 10, 20, 12));
  const unknown = {
    vendor: undefined,
    model: undefined,
    name: undefined,
    tenant: undefined,
    nanoUsd: undefined,
  };
  expect(recordFromText(text)).toStrictEqual({ ...unknown, ...record });
  expect(recordFromText('{"id":"2"}')).toStrictEqual({ ...unknown, id: '2', usage: undefined });
});

it.each([
  [{ ...record, at: 'noon' }, 'at must be an ISO date, not "noon"'],
  [{ ...record, ms: 1n }, 'BigInt'],
])('a record that cannot be stored is rejected', (invalid, why) => {
  expect(() => recordToText(invalid)).toThrow(
    expect.objectContaining({
      kind: 'invalid-request',
      message: expect.stringMatching(
        `record "1": cannot be stored: .*${why}.*; records and reports`,
      ) as string,
    }),
  );
});
