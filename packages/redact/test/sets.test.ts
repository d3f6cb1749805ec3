import { expect, test } from 'vitest';
import { createRedactor, RULES } from '../src/index.ts';
import { NEGATIVES } from './negatives.ts';
import { POSITIVES } from './positives.ts';

const redactor = createRedactor();

test('both sets are large', () => {
  expect(POSITIVES.length).toBeGreaterThanOrEqual(300);
  expect(NEGATIVES.length).toBeGreaterThanOrEqual(300);
  expect(RULES.length).toBeGreaterThanOrEqual(120);
});

test.each(POSITIVES.map(({ kind, text, secret }) => [kind, text, secret]))(
  '%s is masked whole',
  (_, text, secret) => {
    const clean = redactor.text(text);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toContain(secret);
    // Neither its beginning nor its end is left.
    for (const piece of [secret.slice(0, 10), secret.slice(-8)]) expect(clean).not.toContain(piece);
  },
);

test.each(NEGATIVES)('%s survives', (text) => {
  expect(redactor.text(text)).toBe(text);
});
