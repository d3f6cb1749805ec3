import { expect, it } from 'vitest';
import { Secrets } from './secrets.ts';

it('contains the fixed secrets, and the newest 100 of the others', () => {
  const secrets = new Secrets(['fixed']);
  for (let at = 1; at <= 150; at++) secrets.add(`token ${at}`);
  secrets.add('token 100');
  const newest = Array.from({ length: 100 }, (_, at) => `token ${51 + at}`);
  expect(new Set(secrets)).toEqual(new Set(['fixed', ...newest]));
});
