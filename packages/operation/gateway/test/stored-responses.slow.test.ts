import { memoryRecords, type RecordStore } from '@majordomo/records';
import type { Script } from '@majordomo/conformance';
import { sqliteStores } from '@majordomo/store-sqlite';
import { createOpenAI as createAiSdkOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, tool } from 'ai';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { PNG, testFolder } from '@majordomo/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { CALL } from './support/answers.ts';
import { openaiClient } from './support/clients.ts';
import { KEY, startGateway, type TestGateway, type TestGatewayOptions } from './support/test-gateway.ts';

const startWithStore = (
  scripts: TestGatewayOptions = {},
  records: RecordStore = memoryRecords(),
): Promise<TestGateway> =>
  startGateway({ ...scripts, gateway: { ...scripts.gateway, responses: { records } } });

/** Whether the response states that it is stored. The client's type lacks the member. */
const isStored = (response: object): unknown => (response as { readonly store?: unknown }).store;

describe('a gateway with stored responses', () => {
  it.each([
    ['gpt', false],
    ['gpt', true],
    ['claude', false],
    ['claude', true],
  ])('continues a response by its id (%s, streamed: %s)', async (model, streamed) => {
    const script: Script = [CALL, 'Oslo is cold.', 'Bye.'];
    await using testGateway = await startWithStore({ openai: script, anthropic: script });
    const create = async (
      body: Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'stream'>,
    ): Promise<OpenAI.Responses.Response> =>
      streamed
        ? openaiClient(testGateway)
            .responses.stream({ model, ...body })
            .finalResponse()
        : openaiClient(testGateway).responses.create({ model, ...body });
    const tools = [
      {
        type: 'function' as const,
        name: 'weather',
        strict: false,
        parameters: { type: 'object', properties: {} },
      },
    ];
    const image = {
      type: 'input_image' as const,
      image_url: `data:image/png;base64,${PNG}`,
      detail: 'auto' as const,
    };
    const firstResponse = await create({
      instructions: 'Be brief.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'How cold is it here?' }, image] }],
      tools,
    });
    const secondResponse = await create({
      previous_response_id: firstResponse.id,
      input: [{ type: 'function_call_output', call_id: 'call_a', output: '-3' }],
      tools,
    });
    const thirdResponse = await create({ previous_response_id: secondResponse.id, input: 'Thanks.' });
    expect([thirdResponse.output_text, thirdResponse.previous_response_id, isStored(thirdResponse)]).toEqual([
      'Bye.',
      secondResponse.id,
      true,
    ]);
    const vendor = model === 'gpt' ? testGateway.openai : testGateway.anthropic;
    const { request } = await vendor.request(2);
    // Instructions of an earlier response do not apply.
    expect(request.system).not.toContain('Be brief.');
    const text = JSON.stringify(vendor.requests[2]?.body);
    for (const part of ['How cold is it here?', 'call_a', '-3', 'Oslo is cold.', 'Thanks.', 'iVBORw0KGgo'])
      expect(text).toContain(part);
    expect(await openaiClient(testGateway).responses.retrieve(thirdResponse.id)).toMatchObject({
      id: thirdResponse.id,
      output: thirdResponse.output.map(({ id, type }) => ({ id, type })),
    });
  });

  it('continues a conversation of 50 turns over several gateways, and after the store is reopened', async () => {
    const folder = testFolder();
    const openStores = () => sqliteStores(join(folder, 'state.db'));
    let stores = openStores();
    onTestFinished(async () => {
      await stores.close();
    });
    let previous: string | undefined;
    for (let turn = 0; turn < 50; turn++) {
      if (turn === 25) {
        await stores.close();
        stores = openStores();
      }
      // A new gateway over the same file answers each turn.
      await using testGateway = await startWithStore({ openai: [`answer ${turn}`] }, stores.records);
      const response = await openaiClient(testGateway).responses.create({
        model: 'gpt',
        input: `question ${turn}`,
        ...(previous !== undefined && { previous_response_id: previous }),
      });
      previous = response.id;
      if (turn < 49) continue;
      const { request } = await testGateway.openai.request(0);
      expect(request.messages).toHaveLength(99);
      expect(JSON.stringify(request.messages[0])).toContain('question 0');
      expect(JSON.stringify(request.messages[97])).toContain('answer 48');
    }
  }, 60_000);

  it('continues a response of another target', async () => {
    await using testGateway = await startWithStore({ openai: [CALL], anthropic: ['It is cold.'] });
    const firstResponse = await openaiClient(testGateway).responses.create({
      model: 'gpt',
      input: 'How cold is it?',
    });
    const secondResponse = await openaiClient(testGateway).responses.create({
      model: 'claude',
      previous_response_id: firstResponse.id,
      input: [{ type: 'function_call_output', call_id: 'call_a', output: '-3' }],
    });
    expect(secondResponse.output_text).toBe('It is cold.');
  });

  it('resolves the references that the AI SDK sends by default', async () => {
    for (const model of ['claude', 'gpt']) {
      const script: Script = [CALL, CALL, 'Oslo is cold.'];
      await using testGateway = await startWithStore({ openai: script, anthropic: script });
      const { text, steps } = await generateText({
        model: createAiSdkOpenAI({ baseURL: `${testGateway.url}/v1`, apiKey: KEY }).responses(model),
        prompt: 'How cold is it?',
        tools: { weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => '-3' }) },
        stopWhen: isStepCount(5),
        maxRetries: 0,
      });
      expect([text, steps.length]).toEqual(['Oslo is cold.', 3]);
      const vendor = model === 'gpt' ? testGateway.openai : testGateway.anthropic;
      const sent = JSON.stringify(vendor.requests[2]?.body);
      expect(sent).toMatch(model === 'gpt' ? /"encrypted_content":"\w/ : /"signature":"\w/);
    }
  });

  it('reads, lists and deletes a response', async () => {
    await using testGateway = await startWithStore();
    const { responses } = openaiClient(testGateway);
    const input = ['one', 'two', 'three'].map((content) => ({ role: 'user' as const, content }));
    const firstResponse = await responses.create({ model: 'gpt', input });
    const { output_text: _, ...stored } = firstResponse;
    expect(await responses.retrieve(firstResponse.id)).toMatchObject(stored);
    const texts = async (order: 'asc' | 'desc'): Promise<readonly string[]> => {
      const items: string[] = [];
      for await (const item of responses.inputItems.list(firstResponse.id, { limit: 1, order }))
        items.push(JSON.stringify(item));
      return items.map((item) => /"text":"(\w+)"/.exec(item)?.[1] ?? '');
    };
    expect(await texts('asc')).toEqual(['one', 'two', 'three']);
    expect(await texts('desc')).toEqual(['three', 'two', 'one']);
    await responses.delete(firstResponse.id);
    await expect(responses.retrieve(firstResponse.id)).rejects.toMatchObject({ status: 404 });
  });

  it('reports a response of another tenant like an unknown or deleted one', async () => {
    const store = memoryRecords();
    await using testGateway = await startWithStore({}, store);
    const { responses } = openaiClient(testGateway);
    const otherTenantResponses = openaiClient(testGateway, 'key-of-team-b').responses;
    const otherTenantResponse = await otherTenantResponses.create({ model: 'gpt', input: 'secret of b' });
    const parent = await responses.create({ model: 'gpt', input: 'hi' });
    const child = await responses.create({ model: 'gpt', input: 'on', previous_response_id: parent.id });
    await responses.delete(parent.id);
    for (const id of [
      otherTenantResponse.id,
      parent.id,
      child.id,
      'resp_unknown',
      `resp_${'0'.repeat(32)}`,
    ]) {
      const refused = responses.create({ model: 'gpt', input: 'hi', previous_response_id: id });
      await expect(refused).rejects.toMatchObject({
        status: 400,
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        param: 'previous_response_id',
        error: { message: `Previous response with id '${id}' not found.` },
      });
    }
    for (const id of [otherTenantResponse.output[0]?.id ?? '', 'rs_x', `rs_${'0'.repeat(36)}`]) {
      const refused = responses.create({ model: 'gpt', input: [{ type: 'item_reference', id }] });
      await expect(refused).rejects.toMatchObject({
        status: 404,
        type: 'invalid_request_error',
        param: 'input',
        error: { message: `Item with id '${id}' not found.` },
      });
    }
    await expect(responses.retrieve(otherTenantResponse.id)).rejects.toMatchObject({ status: 404 });
    await expect(responses.delete(otherTenantResponse.id)).rejects.toMatchObject({ status: 404 });
    expect((await otherTenantResponses.retrieve(otherTenantResponse.id)).id).toBe(otherTenantResponse.id);
    expect(
      testGateway.openai.requests
        .map(({ body }) => JSON.stringify(body))
        .slice(1)
        .join(''),
    ).not.toContain('secret of b');
  });

  it('stores nothing with store: false', async () => {
    await using testGateway = await startWithStore();
    const { responses } = openaiClient(testGateway);
    const response = await responses.create({ model: 'gpt', input: 'hi', store: false });
    expect(isStored(response)).toBe(false);
    await expect(responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
  });

  it.each([false, true])(
    'responds although a write to the store fails or hangs (streamed: %s)',
    async (streamed) => {
      const errors: unknown[] = [];
      for (const write of [
        () => Promise.reject(new Error('disk full')),
        () => new Promise<never>(() => undefined),
      ]) {
        const store = { ...memoryRecords(), write };
        const gateway = { onError: (error: unknown) => errors.push(error) };
        await using testGateway = await startWithStore({ gateway }, store);
        const { responses } = openaiClient(testGateway);
        const response = streamed
          ? await responses.stream({ model: 'gpt', input: 'hi' }).finalResponse()
          : await responses.create({ model: 'gpt', input: 'hi' });
        expect([response.output_text, isStored(response)]).toEqual(['hello', false]);
      }
      expect(errors).toHaveLength(2);
    },
  );

  it('responds with 503 if the store cannot delete', async () => {
    const records = memoryRecords();
    const write: RecordStore['write'] = (space, changes) =>
      changes[0]?.type === 'remove'
        ? Promise.reject(new Error('connection to 10.0.0.7 lost'))
        : records.write(space, changes);
    await using testGateway = await startWithStore({}, { ...records, write });
    const { responses } = openaiClient(testGateway);
    const { id } = await responses.create({ model: 'gpt', input: 'hi' });
    await expect(responses.delete(id)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('cannot delete stored responses at the moment') as unknown,
    });
    expect(await responses.retrieve(id)).toMatchObject({ id });
  });

  it('responds with 503 if the store cannot be read', async () => {
    const errors: unknown[] = [];
    const store = { ...memoryRecords(), get: () => Promise.reject(new Error('connection to 10.0.0.7 lost')) };
    await using testGateway = await startWithStore(
      { gateway: { onError: (error: unknown) => errors.push(error) } },
      store,
    );
    const refused = openaiClient(testGateway).responses.create({
      model: 'gpt',
      input: 'hi',
      previous_response_id: `resp_${'a'.repeat(32)}`,
    });
    await expect(refused).rejects.toMatchObject({ status: 503, headers: expect.anything() as unknown });
    await refused.catch((error: unknown) => {
      const { headers, message } = error as { headers: Headers; message: string };
      expect([headers.get('retry-after'), message.includes('10.0.0.7')]).toEqual(['5', false]);
    });
    expect(errors).toHaveLength(1);
  });

  it('responds with 503 to a stored value that is damaged, and reports it', async () => {
    const store = memoryRecords();
    const errors: unknown[] = [];
    const gateway = { onError: (error: unknown) => errors.push(error) };
    await using testGateway = await startWithStore({ gateway }, store);
    const id = `resp_${'b'.repeat(32)}`;
    await store.write('responses/bb', [{ type: 'put', key: id, value: 'null' }]);
    await expect(openaiClient(testGateway).responses.retrieve(id)).rejects.toMatchObject({ status: 503 });
    expect(errors).toMatchObject([{ kind: 'config' }]);
  });
});

describe('a gateway without stored responses', () => {
  it('refuses parameters and paths that need them, and names the option', async () => {
    await using testGateway = await startGateway();
    const { responses } = openaiClient(testGateway);
    await expect(
      responses.create({ model: 'gpt', input: 'hi', previous_response_id: 'resp_1' }),
    ).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
    await expect(responses.retrieve('resp_1')).rejects.toMatchObject({
      status: 404,
      error: { message: expect.stringContaining('`responses` of createGateway') },
    });
  });
});
