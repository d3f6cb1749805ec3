import type { Part } from '@a2a-js/sdk';
import { memoryRecords } from '@majordomo/records';
import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { serveA2a } from '../src/index.ts';
import type { RecordStore, ServeA2aOptions } from '../src/index.ts';
import { textPart } from '../src/messages.ts';
import { asTask, authorize, CARD, request, world } from './support/world.ts';

const part = (content: Part['content'], mediaType = ''): Part => ({ ...textPart(''), content, mediaType });
const headers = { authorization: 'Bearer token-a', 'a2a-version': '1.0' };

describe('the endpoint', () => {
  it.each([
    ['no part', [], 'at least one part'],
    ['a part without content', [part(undefined)], 'must have text, raw, or data'],
    [
      'a file by url',
      [part({ $case: 'url', value: 'https://10.0.0.1/x' })],
      'files by url are not supported',
    ],
    ['a file without a type', [part({ $case: 'raw', value: Buffer.from('x') })], 'must have a mediaType'],
  ])('refuses a message with %s', async (_, parts, problem) => {
    await using served = await world([]);
    const client = await served.client();
    await expect(client.sendMessage(request(parts))).rejects.toThrow(problem);
    expect(served.requests).toEqual([]);
  });

  it('refuses a client that accepts no text', async () => {
    await using served = await world([]);
    const client = await served.client();
    const message = request('hi', {}, { acceptedOutputModes: ['image/png'] });
    await expect(client.sendMessage(message)).rejects.toThrow('must contain text/plain');
  });

  it('refuses webhooks without the option push', async () => {
    await using served = await world([]);
    const client = await served.client();
    const taskPushNotificationConfig = {
      tenant: '',
      id: '',
      taskId: '',
      url: 'https://hooks.example.com',
      token: '',
      authentication: undefined,
    };
    await expect(client.sendMessage(request('hi', {}, { taskPushNotificationConfig }))).rejects.toThrow(
      /push/i,
    );
  });

  it('sends images and data to the model', async () => {
    await using served = await world(['ok']);
    const client = await served.client();
    const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    await client.sendMessage(
      request([
        part({ $case: 'raw', value: png }, 'application/octet-stream'),
        part({ $case: 'data', value: { a: 1 } }),
      ]),
    );
    expect(served.requests[0]?.request.messages).toMatchObject([
      {
        parts: [
          { type: 'image', mediaType: 'image/png' },
          { type: 'text', text: '{"a":1}' },
        ],
      },
    ]);
  });

  it('refuses other paths, methods and protocol versions, and large requests', async () => {
    await using served = await world([]);
    const { origin } = served.http;
    const post = (path: string, body: string, more = {}) =>
      fetch(`${origin}${path}`, { method: 'POST', body, headers: { ...headers, ...more } });
    expect((await fetch(`${origin}/a2a`)).status).toBe(405);
    expect((await post('/other', '{}')).status).toBe(404);
    expect((await post('/a2a', ' '.repeat(11 * 1024 * 1024))).status).toBe(413);
    const old = await post('/a2a', '{"jsonrpc":"2.0","id":7,"method":"GetTask"}', { 'a2a-version': '0.3' });
    expect(await old.json()).toMatchObject({ id: 7, error: { code: -32_009 } });
    for (const body of ['no json', 'null', '5', '[]', '"x"', '{}'])
      expect(await (await post('/a2a', body)).json()).toMatchObject({ error: { code: -32_602 } });
  });

  it.each(['x'.repeat(201), 'half of a pair: \uD83D'])(
    'refuses the id %s of a conversation',
    async (contextId) => {
      await using served = await world([]);
      const message = { ...request('hi').message, contextId };
      const params = { message: { ...message, role: 'ROLE_USER', parts: [{ text: 'hi' }] } };
      const response = await fetch(`${served.http.origin}/a2a`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params }),
      });
      expect(await response.json()).toMatchObject({
        error: { message: expect.stringContaining('contextId') as string },
      });
      expect(served.requests).toEqual([]);
    },
  );

  it('hides the message of an error of the store, also in the stored task', async () => {
    const memory = memoryRecords();
    let failures = 0;
    const records: RecordStore = {
      ...memory,
      // The store fails once, when the answer of the model is stored.
      write: (space, changes) => {
        const isAnswer = JSON.stringify(changes).includes(String.raw`\"artifactId\":\"answer\"`);
        if (isAnswer && failures++ === 0) return Promise.reject(new Error('secret-host is down'));
        return memory.write(space, changes);
      },
    };
    await using served = await world(['Hello.'], { records });
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('hi', {}, { returnImmediately: true })));
    await expect.poll(() => failures).toBeGreaterThan(0);
    await served.server.close();
    const [task] = await memory.list('a2a/tasks', { limit: 1 });
    expect(task?.key.endsWith(id)).toBe(true);
    expect(JSON.stringify(task)).toContain('its log contains the reason');
    expect(JSON.stringify(task)).not.toContain('secret-host');
    expect(served.errors.map(String)).toContain('Error: secret-host is down');
  });

  it('answers 500 without the message of an error of authorize', async () => {
    const problem = new Error('password of the database');
    await using served = await world([], { authorize: () => Promise.reject(problem) });
    const response = await fetch(`${served.http.origin}/a2a`, { method: 'POST', body: '{}' });
    expect([response.status, (await response.text()).includes('password')]).toEqual([500, false]);
    expect(served.errors).toEqual([problem]);
  });
});

describe('serveA2a', () => {
  const agent = { run: () => Promise.reject(new Error()), stream: () => ({}) } as never;
  const valid: ServeA2aOptions = { agent, card: CARD, authorize, url: 'https://a.example.com/a2a' };

  it.each([
    ['agent', { agent: undefined }],
    ['url', { url: 'ftp://a' }],
    ['url', { url: 'no address' }],
    ['card.name', { card: { description: 'd', version: '1', name: 5 } }],
    ['push', { push: {} }],
    ['records', { records: {} }],
  ])('rejects an invalid %s', (path, options) => {
    const problem = (() => {
      try {
        return serveA2a({ ...valid, ...(options as object) });
      } catch (error) {
        return error;
      }
    })();
    expect(LlmError.is(problem, 'config') && problem.details.path).toBe(path);
  });
});
