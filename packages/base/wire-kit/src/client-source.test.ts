import { expect, it } from 'vitest';
import { clientSource, type NewClient } from './client-source.ts';

const fail = (): never => {
  throw new Error('it was called');
};

it('creates one client for each exchange, without a key or a server', async () => {
  const created: NewClient[] = [];
  const connect = clientSource<object>({
    id: 'acme',
    options: { apiKey: fail, fetch: fail, client: {} },
    keyEnv: ['KEY'],
    requiresKey: true,
    headers: {},
    baseURL: fail,
    members: [],
    names: { factory: 'f', client: 'c' },
    create(settings) {
      created.push(settings);
      return Promise.resolve({});
    },
  });
  const exchangeOf = (text: string) => () => Promise.resolve(new Response(text));
  const [one, two] = [exchangeOf('one'), exchangeOf('two')];
  const { signal } = new AbortController();
  for (const exchange of [one, one, two])
    await (await connect({ target: 'acme/x', signal, env: {}, exchange })).client();
  const bodies = created.map(async ({ fetch }) => (await fetch('http://exchange.invalid')).text());
  expect(await Promise.all(bodies)).toEqual(['one', 'two']);
  expect(created.map(({ key }) => key)).toEqual([undefined, undefined]);
});
