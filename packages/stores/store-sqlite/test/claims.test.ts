import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

it('claims of a file admit each key once, also when the file is opened again years later', async () => {
  const path = at('claims.db');
  const clock = fakeClock(1_000_000);
  const [first, second] = [sqliteStores(path, { clock }), sqliteStores(path, { clock })];
  const answers = [first, second, first].map(({ claims }) => claims.claim('run/1/call'));
  expect(await Promise.all(answers)).toEqual([true, false, false]);
  expect(await second.claims.claim('run/2/call')).toBe(true);
  await Promise.all([first.close(), second.close()]);
  await expect(first.claims.claim('run/3/call')).rejects.toMatchObject({ kind: 'config' });
  await clock.advance(4 * 365 * 86_400_000);
  await using later = sqliteStores(path, { clock });
  expect(await later.claims.claim('run/1/call')).toBe(false);
});
