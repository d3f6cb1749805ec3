import { expect, it } from 'vitest';
import { clientCache } from './clients.ts';

it('creates one client per key and transport and does not cache a failure', async () => {
  const made: string[] = [];
  const clients = clientCache<string>();
  const make = (name: string) => () => Promise.resolve(String(made.push(name)));
  const transport = {};
  await clients('k', make('k'));
  await clients('k', make('k again'));
  await clients('k', make('k elsewhere'), transport);
  await clients('k', make('k elsewhere again'), transport);
  expect(made).toEqual(['k', 'k elsewhere']);
  await expect(clients('bad', () => Promise.reject(new Error('no SDK')))).rejects.toThrow('no SDK');
  await clients('bad', make('bad'));
  expect(made.at(-1)).toBe('bad');
});

it('caches the clients of the last sixteen keys', async () => {
  let made = 0;
  const clients = clientCache<number>();
  const client = (key: number): Promise<number> => clients(String(key), () => Promise.resolve(++made));
  for (let key = 0; key < 20; key++) await client(key);
  await client(19);
  expect(made).toBe(20);
  await client(0);
  expect(made).toBe(21);
});
