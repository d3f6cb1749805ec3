import { LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { checkSize, parseSize } from './size.ts';

test.each([
  ['512x768', { width: 512, height: 768 }],
  ['1x1', { width: 1, height: 1 }],
])('%s is a size', (text, size) => {
  expect(parseSize(text)).toEqual(size);
});

test.each([
  '512',
  '0x0',
  'axb',
  '512x',
  'x512',
  '512x0',
  '-1x5',
  '1.5x2',
  '512X768',
  ' 512x768',
  '9999999x1',
  '',
])('"%s" is none', (text) => {
  expect(() => parseSize(text)).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
});

describe('a rule', () => {
  const rule = { multipleOf: 16, maxEdge: 3840, maxPixels: 3840 * 2160, maxRatio: 3 };

  test.each([
    ['1024x1024', undefined],
    ['1536x864', undefined],
    ['1000x1024', /multiples of 16/],
    ['4096x2048', /edges must be at most 3840/],
    ['3840x3840', /at most 8294400 pixels/],
    ['3200x800', /at most 3:1/],
  ])('on %s', (text, refusal) => {
    const check = (): void => checkSize(parseSize(text), rule, 'a/m');
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });

  test('that is broken is unsupported: another target may draw it', () => {
    const check = (): void => checkSize({ width: 7, height: 7 }, { multipleOf: 8 }, 'a/m');
    expect(check).toThrow(LlmError);
    expect(check).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });
});
