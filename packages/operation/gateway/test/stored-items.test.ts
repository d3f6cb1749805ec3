import { memoryRecords } from '@majordomo/records';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { postTo } from './support/clients.ts';

type Json = Readonly<Record<string, unknown>>;

/** Returns the data of the value of a record. */
const dataOf = (value: string): Json => (JSON.parse(value) as { readonly data: Json }).data;
const spaceOf = (id: string): string => `responses/${id.slice(5, 7)}`;

/** Gateway with stored responses that records each write of its store. */
function setUp(keepMs?: number, maxBodyBytes?: number) {
  const store = memoryRecords();
  const writes: (readonly [key: string, value: Json, keepMs: number | undefined])[] = [];
  const reads: string[] = [];
  const recordingStore: typeof store = {
    ...store,
    get: (space, key) => {
      reads.push(key);
      return store.get(space, key);
    },
    write: (space, changes) => {
      for (const change of changes)
        if (change.type === 'put') writes.push([change.key, dataOf(change.value), change.keepMs]);
      return store.write(space, changes);
    },
  };
  const answers = Array.from({ length: 5 }, (_, index) => `answer ${index}`);
  const provider = fakeProvider({ id: 'a', models: { x: answers } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { m: 'a/x' },
    authorize: ({ headers }) => ({
      tenant: headers.get('x-tenant') ?? undefined,
      key: headers.get('x-key') ?? undefined,
    }),
    maxBodyBytes,
    responses: { records: recordingStore, keepMs },
  });
  const send = async (method: string, path: string, body?: object, tenant?: string, key?: string) => {
    const headers = {
      ...(tenant !== undefined && { 'x-tenant': tenant }),
      ...(key !== undefined && { 'x-key': key }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await gateway.fetch(new Request(`http://gateway.test/v1/responses${path}`, init));
    return { status: response.status, body: (await response.json()) as Json };
  };
  const create = async (body: object, tenant?: string): Promise<Json & { readonly id: string }> =>
    (await send('POST', '', { model: 'm', ...body }, tenant)).body as Json & { readonly id: string };
  const items = async (id: string, query = ''): Promise<readonly Json[]> =>
    (await send('GET', `/${id}/input_items?order=asc${query}`)).body['data'] as readonly Json[];
  return { create, gateway, items, provider, reads, send, store, writes };
}

const turns = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({ role: 'user', content: `turn ${index}` }));
const refusal = (message: string, param: string | null = null): object => ({
  error: expect.objectContaining({ message, param }) as object,
});

describe('input_tokens', () => {
  it('count the responses that previous_response_id names, and store nothing', async () => {
    const { create, send, writes } = setUp();
    const { id } = await create({ input: 'word '.repeat(500) }, 't');
    const before = writes.length;
    const count = async (body: object): Promise<number> =>
      (await send('POST', '/input_tokens', { model: 'm', input: 'hi', ...body }, 't')).body[
        'input_tokens'
      ] as number;
    const alone = await count({});
    expect((await count({ previous_response_id: id })) - alone).toBeGreaterThan(300);
    expect(writes).toHaveLength(before);
  });

  it('refuse a response of another tenant', async () => {
    const { create, send } = setUp();
    const { id } = await create({ input: 'hi' }, 't');
    const body = { model: 'm', input: 'hi', previous_response_id: id };
    expect(await send('POST', '/input_tokens', body, 'u')).toMatchObject({
      status: 400,
      body: { error: { code: 'previous_response_not_found' } },
    });
  });
});

describe('the items of a stored response', () => {
  const knownId = `msg_${'0123456789abcdef'.repeat(2)}0001`;

  const textOf = (type: string, text: string): Json => ({ type: 'message', content: [{ type, text }] });

  it.each<[string, string, Json, changes?: Json]>([
    ['a message of the user', 'msg_', { role: 'user', content: 'hi' }, textOf('input_text', 'hi')],
    [
      'a message of the model',
      'msg_',
      { type: 'message', role: 'assistant', content: 'yes', status: 'completed' },
      textOf('output_text', 'yes'),
    ],
    [
      'a message of parts',
      'msg_',
      { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'message' },
    ],
    [
      'a message with an id of another format',
      'msg_',
      { role: 'user', content: 'hi', id: 'msg_1' },
      textOf('input_text', 'hi'),
    ],
    ['a call', 'fc_', { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' }],
    ['a result', 'fco_', { type: 'function_call_output', call_id: 'c', output: 'it' }],
    ['a call of a custom tool', 'ctc_', { type: 'custom_tool_call', call_id: 'c', name: 'run', input: 'ls' }],
    ['a result of a custom tool', 'ctco_', { type: 'custom_tool_call_output', call_id: 'c', output: 'it' }],
    ['reasoning', 'rs_', { type: 'reasoning', summary: [] }],
  ])('have the type and an id with its prefix: %s', async (_, prefix, item, changes = {}) => {
    const { create, items } = setUp();
    const call = { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' };
    const needsCall = String(item['type']).endsWith('_output');
    const input = [{ role: 'user', content: 'first' }, ...(needsCall ? [call] : []), item];
    const { id } = await create({ input });
    const { id: itemId, ...stored } = (await items(id)).at(-1) ?? {};
    const { id: _ownId, ...members } = item;
    expect(stored).toEqual({ ...members, ...changes });
    // The output item has the position 0.
    const position = input.length.toString(16).padStart(4, '0');
    expect(itemId).toBe(prefix + id.slice('resp_'.length) + position);
  });

  it('retain ids that have the format of the gateway', async () => {
    const { create, items } = setUp();
    const { id } = await create({ input: [{ role: 'user', content: 'hi', id: knownId }] });
    expect((await items(id)).map((item) => item['id'])).toEqual([knownId]);
  });

  it('contain a string as a message of the user', async () => {
    const { create, items } = setUp();
    const { id } = await create({ input: 'hi' });
    expect(await items(id)).toEqual([
      {
        type: 'message',
        id: expect.stringMatching(/^msg_/) as string,
        role: 'user',
        content: [{ type: 'input_text', text: 'hi' }],
      },
    ]);
  });

  it('include those of all earlier responses, and each response is stored with the ids of its ancestors', async () => {
    const { create, items, writes } = setUp();
    const firstResponse = await create({ input: 'one' });
    const secondResponse = await create({ input: 'two', previous_response_id: firstResponse.id });
    const thirdResponse = await create({ input: 'three', previous_response_id: secondResponse.id });
    const texts = (await items(thirdResponse.id)).map((item) => JSON.stringify(item['content']));
    const expected = ['one', 'answer 0', 'two', 'answer 1', 'three'];
    expect(texts.map((text, index) => text.includes(`"text":"${expected[index]}"`))).toEqual(
      expected.map(() => true),
    );
    expect(writes.map(([key, { ancestors }]) => [key, ancestors])).toEqual([
      [firstResponse.id, []],
      [secondResponse.id, [firstResponse.id]],
      [thirdResponse.id, [firstResponse.id, secondResponse.id]],
    ]);
  });

  it('are unknown if an earlier response was deleted', async () => {
    const { create, send } = setUp();
    const firstResponse = await create({ input: 'one' });
    const secondResponse = await create({ input: 'two', previous_response_id: firstResponse.id });
    await send('DELETE', `/${firstResponse.id}`);
    expect(await send('GET', `/${secondResponse.id}/input_items`)).toEqual({
      status: 404,
      body: refusal('an earlier response has been deleted or has expired'),
    });
  });
});

describe('a list of input items', () => {
  const texts = ({ data }: Json): readonly string[] =>
    (data as readonly { readonly content: readonly { readonly text: string }[] }[]).map(
      ({ content }) => content[0]?.text ?? '',
    );
  const ids = ({ data }: Json): readonly string[] =>
    (data as readonly { readonly id: string }[]).map(({ id }) => id);

  it.each([
    ['', 20, 'turn 20', 'turn 1', true],
    ['?limit=21', 21, 'turn 20', 'turn 0', false],
    ['?limit=20', 20, 'turn 20', 'turn 1', true],
    ['?limit=100&order=asc', 21, 'turn 0', 'turn 20', false],
    ['?limit=1&order=desc', 1, 'turn 20', 'turn 20', true],
  ])('with the query "%s" has %d items', async (query, count, first, last, more) => {
    const { create, send } = setUp();
    const { id } = await create({ input: turns(21) });
    const { body } = await send('GET', `/${id}/input_items${query}`);
    expect([texts(body).length, texts(body)[0], texts(body).at(-1)]).toEqual([count, first, last]);
    expect({ ...body, data: [] }).toEqual({
      object: 'list',
      data: [],
      first_id: ids(body)[0],
      last_id: ids(body).at(-1),
      has_more: more,
    });
  });

  it('continues after an item', async () => {
    const { create, send } = setUp();
    const { id } = await create({ input: turns(3) });
    const list = (await send('GET', `/${id}/input_items?order=asc`)).body;
    const after = async (item: string | undefined) =>
      (await send('GET', `/${id}/input_items?order=asc&limit=1&after=${item}`)).body;
    const [first, second, third] = ids(list);
    expect([texts(await after(first)), (await after(first))['has_more']]).toEqual([['turn 1'], true]);
    expect([texts(await after(second)), (await after(second))['has_more']]).toEqual([['turn 2'], false]);
    expect(await after(third)).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it.each([
    ['limit=0', 'limit must be an integer from 1 to 100', 'limit'],
    ['limit=101', 'limit must be an integer from 1 to 100', 'limit'],
    ['limit=1.5', 'limit must be an integer from 1 to 100', 'limit'],
    ['limit=x', 'limit must be an integer from 1 to 100', 'limit'],
    ['order=up', 'order must be asc or desc', 'order'],
    ['after=x', 'after is not the id of an input item of this response', 'after'],
  ])('refuses %s', async (query, message, param) => {
    const { create, send } = setUp();
    const { id } = await create({ input: 'hi' });
    expect(await send('GET', `/${id}/input_items?${query}`)).toEqual({
      status: 400,
      body: refusal(message, param),
    });
  });
});

describe('a stored response', () => {
  it('is returned as the client received it', async () => {
    const { create, send } = setUp();
    const response = await create({ input: 'hi' });
    expect(await send('GET', `/${response.id}`)).toEqual({ status: 200, body: response });
    expect(await send('GET', `/${response.id}?stream=false`)).toEqual({ status: 200, body: response });
    expect(await send('GET', `/${response.id}?stream=true`)).toEqual({
      status: 400,
      body: refusal(
        'stream is supported only for background responses whose events are still stored',
        'stream',
      ),
    });
  });

  it.each([
    ['GET', ''],
    ['GET', '/input_items'],
    ['DELETE', ''],
    ['POST', '/cancel'],
  ])('is not read for %s %s above maxConcurrent', async (method, path) => {
    const { create, gateway, reads, send } = setUp();
    const { id } = await create({ input: 'hi' });
    gateway.update({ maxConcurrent: 1 });
    const running = send('GET', `/${id}`);
    expect((await send(method, `/${id}${path}`)).status).toBe(429);
    expect([(await running).status, reads]).toEqual([200, [id]]);
    expect((await send('GET', `/${id}`)).status).toBe(200);
  });

  it('is deleted once', async () => {
    const { create, send } = setUp();
    const { id } = await create({ input: 'hi' });
    expect(await send('DELETE', `/${id}`)).toEqual({
      status: 200,
      body: { id, object: 'response', deleted: true },
    });
    const unknown = { status: 404, body: refusal(`Response with id '${id}' not found.`) };
    expect([await send('DELETE', `/${id}`), await send('GET', `/${id}`)]).toEqual([unknown, unknown]);
  });

  it('is not cancelled, because it is complete', async () => {
    const { create, send } = setUp();
    const { id } = await create({ input: 'hi' });
    const message = 'response_id is not the id of a background response; other responses cannot be cancelled';
    expect(await send('POST', `/${id}/cancel`)).toEqual({
      status: 400,
      body: refusal(message, 'response_id'),
    });
  });

  it.each([
    [undefined, 2_592_000_000],
    [60_000, 60_000],
  ])('with keepMs %s is stored for %d ms, with its owner', async (keepMs, expected) => {
    const { create, writes, items } = setUp(keepMs);
    const { id, ...response } = await create({ input: 'hi' });
    const input = await items(id);
    expect(writes).toEqual([
      [id, { owner: null, ancestors: [], input, response: { id, ...response } }, expected],
    ]);
    await create({ input: 'hi' }, 'team');
    expect(writes[1]?.[1]['owner']).toBe('team');
  });

  it('of a tenant can be read with each key of the tenant', async () => {
    const { send } = setUp();
    const { body } = await send('POST', '', { model: 'm', input: 'hi' }, 'team', 'key_a');
    expect((await send('GET', `/${String(body['id'])}`, undefined, 'team', 'key_b')).status).toBe(200);
  });

  const id = `resp_${'a'.repeat(32)}`;
  const valid = { owner: null, ancestors: [], input: [{}], response: { id, output: [{}] } };
  it.each(['resp_', 'resp_1', `resp_${'a'.repeat(33)}`, `resp_${'A'.repeat(32)}`, `msg_${'a'.repeat(32)}`])(
    'with the id %s is unknown',
    async (other) => {
      const { send, store } = setUp();
      const value = JSON.stringify({ format: 1, data: valid });
      await store.write(spaceOf(other), [{ type: 'put', key: other, value }]);
      expect((await send('GET', `/${other}`)).status).toBe(404);
    },
  );
});

describe('a reference', () => {
  it('is replaced by the item of the response, which is read once', async () => {
    const { create, items, reads } = setUp();
    const firstResponse = await create({ input: turns(2) });
    const [item, two] = await items(firstResponse.id);
    reads.length = 0;
    const input = [item, two].map((item) => ({ type: 'item_reference', id: item?.['id'] }));
    const secondResponse = await create({ input: [...input, { role: 'user', content: 'next' }] });
    expect(reads).toEqual([firstResponse.id]);
    expect((await items(secondResponse.id)).slice(0, 2)).toEqual([item, two]);
  });

  it.each([7, 'x', `msg_${'a'.repeat(32)}0001`, 'm'.repeat(101)])(
    'to the unknown item %s is refused, with at most 100 characters of its id',
    async (itemId) => {
      const { send } = setUp();
      const input = [{ type: 'item_reference', id: itemId }];
      expect(await send('POST', '', { model: 'm', input })).toEqual({
        status: 404,
        body: refusal(`Item with id '${String(itemId).slice(0, 100)}' not found.`, 'input'),
      });
    },
  );

  it('is stored as a reference', async () => {
    const { create, items, writes } = setUp();
    const first = await create({ input: turns(1) });
    const reference = { type: 'item_reference', id: (await items(first.id))[0]?.['id'] };
    await create({ input: [reference, ...turns(1)] });
    const [stored] = writes[1]?.[1]['input'] as readonly Json[];
    expect(stored).toEqual(reference);
  });

  it('that is repeated is sent, loaded and counted once, with a warning', async () => {
    const { create, gateway, items, provider, reads } = setUp(undefined, 5000);
    const first = await create({ input: [{ role: 'user', content: 'x'.repeat(1500) }] });
    const [item] = await items(first.id);
    reads.length = 0;
    const input = Array.from({ length: 20 }, () => ({ type: 'item_reference', id: item?.['id'] }));
    const response = await postTo(gateway, '/v1/responses', { model: 'm', input });
    expect([response.status, reads]).toEqual([200, [first.id]]);
    expect(response.headers.get('x-majordomo-warnings')).toBe(
      'coerced item_reference: an item that the input names repeatedly is sent once',
    );
    expect(provider.requests[1]?.request.messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'x'.repeat(1500) }] },
    ]);
    const { id } = (await response.json()) as { readonly id: string };
    expect(await items(id)).toEqual([item]);
  });

  it('to an item of the previous response is not sent again', async () => {
    const { create, items, provider } = setUp();
    const first = await create({ input: turns(1) });
    const reference = { type: 'item_reference', id: (await items(first.id))[0]?.['id'] };
    await create({ previous_response_id: first.id, input: [reference, { role: 'user', content: 'next' }] });
    expect(provider.requests[1]?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  it('in the conversation of the previous response is replaced by its item', async () => {
    const { create, items, provider, send, store } = setUp();
    const first = await create({ input: turns(1) });
    const [item] = await items(first.id);
    const second = await create({ input: [{ type: 'item_reference', id: item?.['id'] }] });
    await create({ previous_response_id: second.id, input: 'next' });
    expect(provider.requests[2]?.request.messages[0]).toEqual({
      role: 'user',
      parts: [{ type: 'text', text: 'turn 0' }],
    });
    await store.write(spaceOf(first.id), [{ type: 'remove', key: first.id }]);
    expect(await send('GET', `/${second.id}/input_items`)).toEqual({
      status: 404,
      body: refusal(`Item with id '${String(item?.['id'])}' not found.`, 'input'),
    });
  });

  it('to items of many responses is refused if the responses are larger than maxBodyBytes together', async () => {
    const { create, items, send } = setUp(undefined, 4800);
    const input: object[] = [];
    for (let at = 0; at < 3; at++) {
      const { id } = await create({ input: [{ role: 'user', content: 'x'.repeat(1000) }] });
      input.push({ type: 'item_reference', id: (await items(id))[0]?.['id'] });
    }
    expect((await send('POST', '', { model: 'm', input: input.slice(1) })).status).toBe(200);
    expect(await send('POST', '', { model: 'm', input })).toMatchObject({
      status: 413,
      body: refusal(
        'the media, files, stored responses and tools that the request names must not be larger than 4800 bytes in total; name fewer',
      ),
    });
  });
});

describe('a conversation', () => {
  it('that is larger than maxBodyBytes is neither continued nor listed', async () => {
    const { create, send } = setUp(undefined, 4800);
    let previous: string | undefined;
    const statuses: number[] = [];
    for (let at = 0; at < 4; at++) {
      const body = {
        model: 'm',
        input: 'x'.repeat(1000),
        ...(previous && { previous_response_id: previous }),
      };
      const answer = await send('POST', '', body);
      statuses.push(answer.status);
      if (answer.status === 200) previous = String(answer.body['id']);
    }
    expect(statuses).toEqual([200, 200, 200, 413]);
    expect((await send('GET', `/${previous}/input_items`)).status).toBe(413);
    expect((await create({ input: 'hi' }))['status']).toBe('completed');
  });
});
