import { toBase64 } from '@majordomo/core/toolkit';
import { createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { answers, streams, testServer } from '@majordomo/test-support';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { tokenOf, tokenText } from '../src/parsing/replay-token.ts';
import { CALL } from './support/answers.ts';
import { openaiClient, post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const MARK = 'majordomo.1.';

/** Returns the decoded content of each token in a response. */
const decodeTokens = (responseText: string): string =>
  [...responseText.matchAll(/majordomo\.1\.([\w+/=]+)/g)]
    .map(([, base64 = '']) => Buffer.from(base64, 'base64').toString())
    .join('\n');

describe('a replay token', () => {
  it.each(['/v1/chat/completions', '/v1/responses', '/v1/messages'])(
    'contains the provider but no address, in a complete and in a streamed response of %s',
    async (path) => {
      await using testGateway = await startGateway({ openai: () => CALL });
      const messages = [{ role: 'user', content: 'hi' }];
      for (const stream of [false, true]) {
        const response = await post(testGateway, path, {
          model: 'gpt',
          messages,
          input: 'hi',
          max_tokens: 10,
          stream,
        });
        const tokenContent = decodeTokens(await response.text());
        expect(tokenContent).toContain('openai@');
        expect(tokenContent).not.toMatch(/http|127\.0\.0\.1|:\d{4,5}/);
      }
    },
  );

  it.each([false, true])(
    'is in `extra_content` of a call over Chat Completions (streamed: %s)',
    async (stream) => {
      const extraContent = { google: { thought_signature: 'c2ln' } };
      const call = {
        id: 'call_a',
        function: { name: 'weather', arguments: '{}' },
        extra_content: extraContent,
      };
      const message = { role: 'assistant', tool_calls: [{ index: 0, ...call }] };
      await using vendor = await testServer((response, { body }) => {
        const choice = { index: 0, finish_reason: 'tool_calls' };
        if (body['stream'] === true) streams({ choices: [{ ...choice, delta: message }] })(response);
        else answers({ choices: [{ ...choice, message }] })(response);
      });
      const lab = openaiCompatible({ id: 'lab', baseURL: `${vendor.origin}/v1` });
      await using testGateway = await startGateway({
        majordomo: { providers: [lab] },
        gateway: { models: { gpt: 'lab/any' } },
      });
      const messages = [{ role: 'user', content: 'hi' }];
      const response = await post(testGateway, '/v1/chat/completions', { model: 'gpt', messages, stream });
      expect(decodeTokens(await response.text())).toContain('"thought_signature":"c2ln"');
    },
  );

  it('is not sent to another address', async () => {
    await using testGateway = await startGateway({ openai: [CALL, 'Cold.'] });
    const question = { role: 'user' as const, content: 'Where is it cold?' };
    const { output } = await openaiClient(testGateway).responses.create({ model: 'gpt', input: [question] });
    await using sameVendorGateway = await startGateway({
      majordomo: { providers: [createOpenAI({ apiKey: 'sk-test', baseURL: testGateway.openai.baseURL })] },
      gateway: { models: { gpt: 'openai/gpt-5.4' } },
    });
    await using otherVendorGateway = await startGateway({ gateway: { models: { gpt: 'openai/gpt-5.4' } } });
    const result = { type: 'function_call_output' as const, call_id: 'call_a', output: '5°' };
    const input = [question, ...(output as OpenAI.Responses.ResponseInput), result];
    await openaiClient(sameVendorGateway).responses.create({ model: 'gpt', input });
    await openaiClient(otherVendorGateway).responses.create({ model: 'gpt', input });
    expect((await testGateway.openai.request(1)).request.reasoning).toHaveLength(1);
    expect((await otherVendorGateway.openai.request(0)).request.reasoning).toEqual([]);
  });
});

describe('a forged token', () => {
  const encodeToken = (family: string, data: unknown): string =>
    MARK + toBase64(new TextEncoder().encode(JSON.stringify([family, data])));

  it.each([
    [
      'a file of the account',
      'gemini/gemini-3-pro',
      { part: { fileData: { fileUri: 'gs://theirs/a.pdf' } } },
    ],
    ['a call', 'gemini/gemini-3-pro', { part: { thoughtSignature: 's', functionCall: { name: 'rm' } } }],
    [
      'a signature that is an object',
      'gemini/gemini-3-pro',
      { part: { thoughtSignature: { fileData: 'a' } } },
    ],
    ['a part that is not an object', 'gemini/gemini-3-pro', { part: ['fileData'] }],
    ['the caller of a tool', 'claude', { caller: { type: 'code_execution' } }],
    ['a block of Converse', 'claude', { block: { document: {} } }],
    ['a block of Messages', 'claude', { messages: { type: 'container_upload', file_id: 'file_1' } }],
    ['an item of Responses', 'openai@00000000#openai', { item: { type: 'item_reference', id: 'msg_1' } }],
  ])('is ignored if it contains %s', (_, family, data) => {
    expect(tokenOf(encodeToken(family, data))).toBeUndefined();
  });

  it('is ignored if it is empty or not JSON', () => {
    expect([tokenOf(''), tokenOf(MARK), tokenOf(`${MARK}e30`)]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    { part: { text: 'a', thought: true, thoughtSignature: 'c2ln' } },
    { other: { item: 1 } },
    'text',
    null,
    [1],
  ])('is accepted with the data %j', (data) => {
    expect(tokenOf(encodeToken('any', data))).toEqual({ family: 'any', data });
  });

  it('is ignored if it has no data', () => {
    expect(tokenOf(MARK + toBase64(new TextEncoder().encode('["claude"]')))).toBeUndefined();
  });

  it.each([
    [7, {}],
    [undefined, {}],
  ])('is ignored if its family is %j, which is not a string', (family, data) => {
    expect(tokenOf(encodeToken(family as unknown as string, data))).toBeUndefined();
  });

  it('is not a Gemini signature without text, which is accepted', () => {
    const replay = { family: 'gemini/gemini-3-pro', data: { part: { text: '', thoughtSignature: 'c2ln' } } };
    expect(tokenOf(tokenText(replay) ?? '')).toEqual(replay);
  });
});
