import { createMajordomo, user, type Message } from '@majordomo/core';
import { anthropicTools, createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { answers, inTurn, streams, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, expect, it } from 'vitest';

let server: TestServer;
afterEach(() => server.close());

const QUESTION = user('Who keeps the house?');
/** Input that parsing and writing could change: spaces, escapes, large numbers, unknown members, and the order of members. */
const UNUSUAL_INPUT = { z: 1, a: { deep: ['\u2028', 'ü', 1e21, 0.1, null, ''] }, query: 'butler "today"' };

const SEARCH = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: UNUSUAL_INPUT };
const SEARCH_RESULT = {
  type: 'web_search_tool_result',
  tool_use_id: 'srvtoolu_1',
  content: [
    {
      type: 'web_search_result',
      title: 'Bütler',
      url: 'https://example.com/?a=1&b=%20',
      encrypted_content: 'Eo8B+/==',
      page_age: null,
      unknown_member: { kept: true },
    },
  ],
};
const CITATION = {
  type: 'web_search_result_location',
  cited_text: 'The butler.',
  url: 'https://example.com/',
  title: 'x',
  encrypted_index: 'Eo8=',
};

const block = (index: number, content_block: object, ...deltas: readonly object[]): object[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const json = JSON.stringify(UNUSUAL_INPUT);
const message = (stop_reason: string, ...blocks: readonly object[]): readonly object[] => [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  },
  ...blocks,
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } },
  { type: 'message_stop' },
];
it('sends a paused turn back to Anthropic byte for byte, and returns the continuation', async () => {
  const pausedEvents = message(
    'pause_turn',
    ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'I look. ' }),
    ...block(
      1,
      { ...SEARCH, input: {} },
      { type: 'input_json_delta', partial_json: json.slice(0, 7) },
      { type: 'input_json_delta', partial_json: json.slice(7) },
    ),
    ...block(2, SEARCH_RESULT),
    ...block(
      3,
      { type: 'text', text: '', citations: [] },
      { type: 'text_delta', text: 'The butler.' },
      { type: 'citations_delta', citation: CITATION },
    ),
  );
  const finalEvents = message(
    'end_turn',
    ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'He does.' }),
  );
  server = await testServer(inTurn(streams(...pausedEvents), streams(...finalEvents)));
  const majordomo = createMajordomo({
    providers: [createAnthropic({ apiKey: 'key', baseURL: server.origin })],
  });
  const model = majordomo.model('anthropic/claude-sonnet-4-5');
  const extra = { anthropic: { tools: [anthropicTools.webSearch()] } };
  const first = await model.generate({ messages: [QUESTION], extra });
  const second = await model.generate({ messages: [QUESTION, first.message], extra });
  expect([first.rawFinish, second.text]).toEqual(['pause_turn', 'He does.']);
  const { messages } = server.requests[1]?.body as { messages: readonly { content: readonly object[] }[] };
  expect(messages.map(({ content }) => JSON.stringify(content)).at(-1)).toBe(
    JSON.stringify([
      { type: 'text', text: 'I look. ' },
      SEARCH,
      SEARCH_RESULT,
      { type: 'text', text: 'The butler.', citations: [CITATION] },
    ]),
  );
});

it("sends items of OpenAI's tools back over Responses byte for byte", async () => {
  const items = [
    { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAA+/==' },
    {
      id: 'ws_1',
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', ...UNUSUAL_INPUT },
      extra_member: [1],
    },
    {
      id: 'ci_1',
      type: 'code_interpreter_call',
      status: 'completed',
      code: 'print("ü")\n\t# 1',
      container_id: 'cntr_1',
      outputs: [{ type: 'logs', logs: 'ü\n' }],
    },
    {
      id: 'mcp_1',
      type: 'mcp_call',
      name: 'ask',
      server_label: 'desk',
      arguments: '{"a": 1e21}',
      output: 'yes',
      error: null,
      approval_request_id: null,
    },
  ];
  const messageItem = (text: string): object => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const response = (output: readonly object[]): object => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'gpt-5',
    status: 'completed',
    output,
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  });
  server = await testServer(
    inTurn(
      answers(response([...items, messageItem('The butler.')])),
      answers(response([messageItem('He does.')])),
    ),
  );
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'key', baseURL: `${server.origin}/v1` })],
  });
  const model = majordomo.model('openai/gpt-5');
  const first = await model.generate({ messages: [QUESTION] });
  const history: readonly Message[] = [QUESTION, first.message, user('Really?')];
  expect((await model.generate({ messages: history })).text).toBe('He does.');
  const { input } = server.requests[1]?.body as { input: readonly { type: string }[] };
  const otherTypes = new Set(['message', 'reasoning']);
  expect(input.filter(({ type }) => !otherTypes.has(type)).map((item) => JSON.stringify(item))).toEqual(
    items.slice(1).map((item) => JSON.stringify(item)),
  );
  // OpenAI stores no items of this call, so it could not resolve an id.
  expect(input[1]).toEqual({ type: 'reasoning', summary: [], encrypted_content: 'gAAAA+/==' });
  expect(input.map(({ type }) => type)).toEqual([
    'message',
    'reasoning',
    'web_search_call',
    'code_interpreter_call',
    'mcp_call',
    'message',
    'message',
  ]);
});
