import { expect, it } from 'vitest';
import { createCli } from './index.ts';

it('uses the default of an unset timer', () => {
  const timersOf = (timeouts: object): unknown => createCli({ cli: 'claude', timeouts }).model('m').timeouts;
  const usual = timersOf({});
  expect(timersOf({ idleMs: undefined })).toEqual(usual);
  expect(timersOf({ idleMs: 7 })).toEqual({ ...(usual as object), idleMs: 7 });
});
