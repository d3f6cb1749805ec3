import { expect, it } from 'vitest';
import { vendorServer } from './vendor-server.ts';

it('responds with status 500 if serve rejects before the headers', async () => {
  await using server = await vendorServer(() => Promise.reject(new Error('no answer')));
  const response = await fetch(server.url);
  expect([response.status, await response.json()]).toEqual([500, { error: { message: 'no answer' } }]);
});

it('closes the connection if serve rejects after the headers', async () => {
  await using server = await vendorServer((_incoming, response) => {
    response.writeHead(200).flushHeaders();
    return Promise.reject(new Error('no answer'));
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});
