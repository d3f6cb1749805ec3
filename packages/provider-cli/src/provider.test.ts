import { expect, it } from 'vitest';
import { createCli } from './index.ts';

it('a timer of which nothing is said is the usual one', () => {
  const timersOf = (timeouts: object): unknown => createCli({ cli: 'claude', timeouts }).model('m').timeouts;
  const usual = timersOf({});
  expect(timersOf({ idleMs: undefined })).toEqual(usual);
  expect(timersOf({ idleMs: 7 })).toEqual({ ...(usual as object), idleMs: 7 });
});
