import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGeneratedCallId, generateCallId } from './event-writer.ts';

test('recognizes generated ids', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(100_000), (responseId, index) => {
      expect(isGeneratedCallId(generateCallId(responseId, index))).toBe(true);
    }),
    { numRuns: 500, seed: 20_261_120 },
  );
});

test.each(['call_AbCdEf0123456789AbCdEf01', 'toolu_01abc', 'call_abc', 'call_00_abcdefgh', 'fc_1', '1'])(
  "%s is a vendor's own",
  (id) => {
    expect(isGeneratedCallId(id)).toBe(false);
  },
);
