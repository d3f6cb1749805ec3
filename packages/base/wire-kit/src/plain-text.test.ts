import { expect, test } from 'vitest';
import { plainTextOf } from './errors.ts';

test.each([
  ['502 <html><title>Bad\n gateway</title></html>', 'Bad gateway'],
  ['502 upstream said 502 ', 'upstream said 502'],
  ['502 status code (no body)', ''],
  ['no status here', 'no status here'],
  ['502 a < b and c > d', 'a d'],
])('converts %j to %j', (message, text) => {
  expect(plainTextOf(message, 502).replaceAll(/ +/g, ' ')).toBe(text);
});

test('reads only the beginning of megabytes of markup', () => {
  expect(plainTextOf(`502 ${'<'.repeat(4_000_000)}`, 502)).toBe('<'.repeat(200));
});
