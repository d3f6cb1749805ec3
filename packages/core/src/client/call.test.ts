import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { newInfo } from './call.ts';

const CALLS = 5000;

it('an id that is kept takes the room of its characters, and not of the pieces that a UUID is made from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const ids = Array.from({ length: CALLS }, () => '');
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < CALLS; at++) ids[at] = newInfo('p/m', 'chat', undefined).id;
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / ids.length;
  // 36 characters and a head; in pieces it is 480.
  expect(bytes).toBeLessThan(200);
});
