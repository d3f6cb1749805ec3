import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, it } from 'vitest';
import { world } from '../../test/support/world.ts';
import type { AttemptInfo } from '../contract/gate.ts';
import { user } from '../contract/message.ts';

/** Does V8 keep an object by a hidden class that it shares with its like, not as a dictionary? */
function hasSharedShape(object: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return (runInThisContext('(object) => %HasFastProperties(object)') as typeof hasSharedShape)(object);
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

it('what gates see shares its shape: with getters of its own it would keep every call alive', async () => {
  const seen: AttemptInfo[] = [];
  const gate = { name: 'g', admit: (attempt: AttemptInfo) => void seen.push(attempt) };
  const { majordomo } = world({ 'a/x': ['one', 'two'] }, { gates: [gate] });
  for (let n = 0; n < 2; n++) await majordomo.model('a/x').generate({ messages: [user('hi')] });
  expect(seen.map(hasSharedShape)).toEqual([true, true]);
});
