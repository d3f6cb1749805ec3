import { expect, onTestFinished, test } from 'vitest';
import { openGateway } from '../src/gateway.ts';
import { backendsOf } from '../src/models.ts';

test('a client with a key receives an answer, and a client without a key does not', async () => {
  const env = { STORE: ':memory:' };
  const { gateway, keys, close } = openGateway(backendsOf(env), env);
  onTestFinished(close);
  const { secret } = await keys.create({ name: 'search', tenant: 'search' });
  const send = (key: string): Promise<Response> => {
    const request = new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fast', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }),
    });
    return Promise.resolve(gateway.fetch(request));
  };

  const answer = await send(secret);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ model: 'fast', choices: [{ finish_reason: 'stop' }] });
  expect((await send('mj_unknown')).status).toBe(401);
});
