import { expect, it } from 'vitest';
import { clientCache } from './clients.ts';

it('creates one client per key and transport and does not cache a failure', async () => {
  const createdFor: string[] = [];
  const clients = clientCache<string>();
  const make = (name: string) => () => Promise.resolve(String(createdFor.push(name)));
  const transport = {};
  await clients('k', make('k'));
  await clients('k', make('k again'));
  await clients('k', make('k over another transport'), transport);
  await clients('k', make('k over another transport again'), transport);
  expect(createdFor).toEqual(['k', 'k over another transport']);
  await expect(clients('bad', () => Promise.reject(new Error('no SDK')))).rejects.toThrow('no SDK');
  await clients('bad', make('bad'));
  expect(createdFor.at(-1)).toBe('bad');
});

it('caches the clients of the last sixteen keys', async () => {
  let createdCount = 0;
  const clients = clientCache<number>();
  const client = (key: number): Promise<number> =>
    clients(String(key), () => Promise.resolve(++createdCount));
  for (let key = 0; key < 20; key++) await client(key);
  await client(19);
  expect(createdCount).toBe(20);
  await client(0);
  expect(createdCount).toBe(21);
});
