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

it('creates clients whose transport rejects redirects', async () => {
  const created: NewClient[] = [];
  const location = 'https://elsewhere.example/v1';
  const connect = clientSource<object>({
    id: 'acme',
    options: {
      apiKey: 'key',
      fetch: () => Promise.resolve(new Response(null, { status: 307, headers: { location } })),
    },
    keyEnv: ['KEY'],
    requiresKey: true,
    headers: {},
    baseURL: () => 'https://acme.example',
    members: [],
    names: { factory: 'f', client: 'c' },
    create(settings) {
      created.push(settings);
      return Promise.resolve({});
    },
  });
  const { signal } = new AbortController();
  await (await connect({ target: 'acme/x', signal, env: {} })).client();
  await expect(created[0]?.fetch('https://acme.example/chat')).rejects.toMatchObject({
    kind: 'protocol',
    details: { code: 'redirect' },
  });
});
