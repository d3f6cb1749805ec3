import { createMajordomo } from '@majordomo/core';
import { createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { fakeProvider } from '@majordomo/testing';
import { answers, streams, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { anthropicClient, openaiClient, postTo } from './support/clients.ts';
import { startGateway, type TestGateway } from './support/test-gateway.ts';

let vendor: TestServer;
afterEach(() => vendor.close());

const page = { url: 'https://a.example', title: 'A', start_index: 1, end_index: 4 };
const annotations = [{ type: 'url_citation', url_citation: { ...page, content: 'a quote' } }];
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** Starts a gateway. `cited` responds over Chat Completions with a cited page, `searched` over Responses with a search and a cited file. */
async function startWithSources(): Promise<TestGateway> {
  vendor = await testServer((response, request) => {
    const end = { choices: [{ index: 0, delta: { annotations }, finish_reason: 'stop' }], usage };
    const message = { content: 'Tea.', annotations };
    if (request.path.endsWith('/responses')) answers(searchResponse)(response);
    else if (request.body['stream'] === true)
      streams({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Tea.' } }] }, end)(response);
    else answers({ choices: [{ message, finish_reason: 'stop' }], usage })(response);
  });
  const baseURL = `${vendor.origin}/v1`;
  const providers = [openaiCompatible({ id: 'lab', baseURL }), createOpenAI({ baseURL, apiKey: 'sk-test' })];
  return startGateway({
    majordomo: { providers },
    gateway: { models: { cited: 'lab/any', searched: 'openai/gpt-5.4' } },
  });
}

const searchResponse = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-5.4',
  output: [
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'tea' } },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text: 'Tea.',
          annotations: [{ type: 'file_citation', file_id: 'file-1', filename: 'tea.txt', index: 4 }],
        },
      ],
    },
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
};

const messages = [{ role: 'user' as const, content: 'hi' }];

describe.each([false, true])('citations of pages (streamed: %s)', (isStreamed) => {
  it('are annotations of Chat Completions', async () => {
    await using testGateway = await startWithSources();
    const body = { model: 'cited', messages };
    const { choices } = isStreamed
      ? await openaiClient(testGateway).chat.completions.stream(body).finalChatCompletion()
      : await openaiClient(testGateway).chat.completions.create(body);
    expect(choices[0]?.message).toMatchObject({
      content: 'Tea.',
      annotations: [{ type: 'url_citation', url_citation: page }],
    });
  });

  it('are annotations of Responses', async () => {
    await using testGateway = await startWithSources();
    const body = { model: 'cited', input: 'hi' };
    const { output } = isStreamed
      ? await openaiClient(testGateway).responses.stream(body).finalResponse()
      : await openaiClient(testGateway).responses.create(body);
    expect(output).toMatchObject([
      { content: [{ text: 'Tea.', annotations: [{ type: 'url_citation', ...page }] }] },
    ]);
  });

  it('are citations of Messages', async () => {
    await using testGateway = await startWithSources();
    const body = { model: 'cited', messages, max_tokens: 10 };
    const { content } = isStreamed
      ? await anthropicClient(testGateway).messages.stream(body).finalMessage()
      : await anthropicClient(testGateway).messages.create(body);
    const citation = { url: page.url, title: 'A', cited_text: 'a quote' };
    expect(content).toMatchObject([
      { type: 'text', text: 'Tea.', citations: [{ type: 'web_search_result_location', ...citation }] },
    ]);
  });
});

it.each([false, true])(
  'a citation with only a URL has the URL as its title, and results of vendor tools cause a warning (streamed: %s)',
  async (stream) => {
    const turn = { text: 'Tea.', citations: [{ url: 'https://a.example' }], vendorParts: [{ text: 'tea' }] };
    const provider = fakeProvider({ id: 'f', models: { m: [turn] } });
    const majordomo = createMajordomo({ providers: [provider] });
    const gateway = createGateway({ majordomo, models: { m: 'f/m' }, authorize: () => ({}) });
    const body = { model: 'm', max_tokens: 10, messages, stream };
    const response = await postTo(gateway, '/v1/messages', body);
    const text = await response.text();
    expect(text).toContain('"title":"https://a.example"');
    expect(text).toContain('"cited_text":""');
    expect(response.headers.get('x-majordomo-warnings')).toContain('dropped search:');
  },
);

describe('content that a wire cannot represent', () => {
  it('causes a warning: tools of the vendor and citations of files', async () => {
    await using testGateway = await startWithSources();
    const { data, response } = await openaiClient(testGateway)
      .chat.completions.create({ model: 'searched', messages })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('Tea.');
    const warnings = response.headers.get('x-majordomo-warnings');
    expect(warnings).toContain('dropped web_search_call:');
    expect(warnings).toContain('dropped citations of documents:');
  });

  it('causes a warning: a request for citations of documents', async () => {
    await using testGateway = await startWithSources();
    const source = { type: 'text' as const, media_type: 'text/plain' as const, data: 'Tea is hot.' };
    const document = { type: 'document' as const, source, citations: { enabled: true } };
    const { response } = await anthropicClient(testGateway)
      .messages.create({ model: 'cited', max_tokens: 10, messages: [{ role: 'user', content: [document] }] })
      .withResponse();
    expect(response.headers.get('x-majordomo-warnings')).toContain('dropped citations:');
  });
});
