import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { user, type AttemptInfo, type Gate } from '../src/index.ts';
import { world } from './support/world.ts';

// A getter of an object literal gives each object its own hidden class, which holds the scope of the getter. V8 then keeps the
// complete call until the next full garbage collection, so each call costs up to twice the time.
setFlagsFromString('--allow-natives-syntax');
const haveSameHiddenClass = runInNewContext('(a, b) => %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean;

it('gives the attempts of all calls the same hidden class', async () => {
  const attempts: AttemptInfo[] = [];
  const spy: Gate = { name: 'spy', admit: (attempt) => void attempts.push(attempt) };
  const { majordomo } = world({ 'a/x': ['a', 'b'] }, { gates: [spy] });
  const model = majordomo.model('a/x');
  for (const text of ['one', 'two']) await model.generate({ messages: [user(text)] });
  const [first, second] = attempts as [AttemptInfo, AttemptInfo];
  expect(haveSameHiddenClass(first, second)).toBe(true);
  expect(haveSameHiddenClass(first, { ...first })).toBe(false);
});
