import { expect, it } from 'vitest';
import { clientCache } from './clients.ts';

it('makes one client for each key and transport, and forgets a failed start', async () => {
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

it('keeps the last sixteen of rotating keys', async () => {
  let made = 0;
  const clients = clientCache<number>();
  const ask = (key: number): Promise<number> => clients(String(key), () => Promise.resolve(++made));
  for (let key = 0; key < 20; key++) await ask(key);
  await ask(19);
  expect(made).toBe(20);
  await ask(0);
  expect(made).toBe(21);
});
