import { createBackground, type BackgroundModel } from '@majordomo/background';
import {
  createMajordomo,
  LlmError,
  toolResult,
  user,
  type ChatRequest,
  type ChatResponse,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createGoogle, type GoogleOptions } from '../src/index.ts';
import { startInteractionServer, type InteractionServer } from './interaction-server.ts';

const TEXT = 'A long answer with an emoji 😀, and an end.';
const ANSWER = { type: 'model_output', content: [{ type: 'text', text: TEXT }] };
const THOUGHT = { type: 'thought', summary: [{ type: 'text', text: 'I think so.' }], signature: 'c2ln' };
const CALL = { type: 'function_call', id: 'call_1', name: 'look', arguments: { city: 'Oslo', days: [1, 2] } };
const SPEC = 'google/gemini-3-pro-preview';
const TOOL = {
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
} as const;
const STREAMED_ARGUMENTS = { functionCallingConfig: { mode: 'AUTO', streamFunctionCallArguments: true } };
const REQUEST = { messages: [user('hi')] };

const AGENT = 'google/deep-research-preview-04-2026';

function modelOf({ url }: InteractionServer, options: GoogleOptions = {}, spec = SPEC): BackgroundModel {
  const provider = createGoogle({ apiKey: 'k', baseURL: url, background: true, ...options });
  const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 }, env: {} });
  return createBackground({ majordomo }).model(spec);
}

const stepsOf = ({ requests }: InteractionServer): readonly string[] =>
  requests.map(({ method, path, query }) =>
    [method, path.replace('/v1beta/interactions', ''), query.get('last_event_id')].filter(Boolean).join(' '),
  );

describe('a background interaction', () => {
  it('is streamed over connections that end after two events', async () => {
    await using server = await startInteractionServer({
      plan: () => ({ steps: [THOUGHT, ANSWER] }),
      cutAfter: 2,
    });
    const stream = modelOf(server).stream(REQUEST);
    let text = '';
    for await (const event of stream) if (event.type === 'text-delta') text += event.text;
    const response = await stream.response();
    expect([text, response.text, response.finish]).toEqual([TEXT, TEXT, 'stop']);
    expect(response.parts[0]).toMatchObject({ type: 'reasoning', text: 'I think so.' });
    expect(response.usage).toMatchObject({ input: 12, output: 8, cacheRead: 2, reasoning: 3 });
    const cursors = server.requests.flatMap(({ query }) => query.get('last_event_id') ?? []);
    expect(cursors.length).toBeGreaterThan(5);
    expect(cursors).toEqual([...new Set(cursors)]);
    expect(stepsOf(server)[0]).toBe('POST');
    await expect.poll(() => stepsOf(server).at(-1)).toBe('DELETE /interaction_1');
  });

  it.each([
    ['completed', [ANSWER], { finish: 'stop', text: TEXT }],
    ['incomplete', [ANSWER], { finish: 'length', text: TEXT }],
    ['budget_exceeded', [ANSWER], { finish: 'length', text: TEXT }],
    [
      'requires_action',
      [CALL],
      { finish: 'tool-calls', toolCalls: [{ name: 'look', args: CALL.arguments }] },
    ],
  ])(
    'that ends as %s has the same response from a stream and from a look',
    async (status, steps, expected) => {
      const responses: ChatResponse[] = [];
      for (const isPolled of [false, true]) {
        await using server = await startInteractionServer({
          plan: () => ({ steps, status }),
          isPolled,
          cutAfter: 2,
        });
        responses.push(await modelOf(server).generate({ ...REQUEST, tools: [TOOL] }));
      }
      const [streamed, looked] = responses;
      expect(streamed).toMatchObject(expected);
      expect(looked?.message).toEqual(streamed?.message);
    },
  );

  it('has the citations of each output, at their positions in the whole text', async () => {
    const report = {
      type: 'text',
      text: 'Der Tee 🍵 ist alt. ',
      annotations: [
        { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 8, end_index: 12 },
      ],
    };
    const place = {
      type: 'place_citation',
      name: 'Café',
      place_id: 'places/1',
      start_index: 0,
      end_index: 5,
    };
    const file = {
      type: 'file_citation',
      file_name: 'b.pdf',
      page_number: 3,
      start_index: 0,
      end_index: 999,
    };
    const steps = [
      THOUGHT,
      { type: 'model_output', content: [report] },
      { type: 'model_output', content: [{ type: 'text', text: 'Übers Café.', annotations: [place, file] }] },
    ];
    for (const isPolled of [false, true]) {
      await using server = await startInteractionServer({ plan: () => ({ steps }), isPolled, cutAfter: 2 });
      const { text, parts } = await modelOf(server).generate(REQUEST);
      const found = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
      const quoted = found.map(({ start, end, ...citation }) => [text.slice(start ?? 0, end ?? 0), citation]);
      expect(quoted).toEqual([
        ['🍵', { url: 'https://a.example', title: 'A' }],
        ['Über', { document: 'Café', title: 'Café', other: { place_id: 'places/1' } }],
        ['', { document: 'b.pdf', title: 'b.pdf', other: { page_number: 3 } }],
      ]);
    }
  });

  it.each(['failed', 'cancelled'])('that ends as %s is a failure of the server', async (status) => {
    for (const isPolled of [false, true]) {
      await using server = await startInteractionServer({ plan: () => ({ steps: [], status }), isPolled });
      await expect(modelOf(server).generate(REQUEST)).rejects.toMatchObject({ kind: 'server' });
    }
  });

  it('receives the complete conversation, with media, calls and results', async () => {
    await using server = await startInteractionServer({
      plan: (number) => ({ steps: number === 0 ? [THOUGHT, CALL] : [ANSWER] }),
    });
    const model = modelOf(server);
    const question = user('Is it cold?', {
      type: 'image',
      mediaType: 'image/png',
      bytes: new Uint8Array([1]),
    });
    const settings = { system: 'Be brief.', maxTokens: 100, temperature: 0.5, tools: [TOOL] };
    const { message } = await model.generate({ ...settings, messages: [question] });
    const result = toolResult({ callId: 'call_1', name: 'look', content: 'snow' });
    const { text } = await model.generate({ ...settings, messages: [question, message, result] });
    expect(text).toBe(TEXT);
    const bodies = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(bodies[1]).toMatchObject({
      model: 'gemini-3-pro-preview',
      background: true,
      store: true,
      system_instruction: 'Be brief.',
      generation_config: { max_output_tokens: 100, temperature: 0.5 },
      tools: [{ type: 'function', name: 'look', description: 'Looks.' }],
      input: [
        {
          type: 'user_input',
          content: [
            { type: 'text', text: 'Is it cold?' },
            { type: 'image', mime_type: 'image/png', data: 'AQ==' },
          ],
        },
        { type: 'thought', signature: 'c2ln' },
        { type: 'function_call', id: 'call_1', name: 'look', arguments: CALL.arguments },
        { type: 'function_result', call_id: 'call_1', name: 'look' },
      ],
    });
  });

  it.each<[string, Partial<ChatRequest>, string?]>([
    ['topK', { topK: 3 }],
    ['retrievalConfig', { extra: { google: { toolConfig: { retrievalConfig: { languageCode: 'de' } } } } }],
    ['streamFunctionCallArguments', { extra: { google: { toolConfig: STREAMED_ARGUMENTS } } }],
    ['inlineData', { extra: { google: { systemInstruction: { parts: [{ inlineData: {} }] } } } }],
    ['behavior', { tools: [{ ...TOOL, extra: { google: { behavior: 'NON_BLOCKING' } } }] }],
    ['maxOutputTokens', { maxTokens: 10 }, AGENT],
    ['toolConfig', { tools: [TOOL], toolChoice: 'required' }, AGENT],
  ])('is refused before a request if it cannot express %s', async (member, settings, spec) => {
    await using server = await startInteractionServer({ plan: () => ({ steps: [ANSWER] }) });
    const error: unknown = await modelOf(server, {}, spec)
      .generate({ ...REQUEST, ...settings })
      .catch((cause: unknown) => cause);
    expect(LlmError.is(error, 'unsupported') && error.message).toContain(member);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    [429, 'rate-limit'],
    [503, 'overloaded'],
    [403, 'auth'],
  ])('whose start fails with %i is sent once by the SDK', async (status, kind) => {
    await using server = await startInteractionServer({ plan: () => ({ steps: [] }), failWith: status });
    await expect(
      modelOf(server).generate(REQUEST, { policy: { [kind]: { retry: false } } }),
    ).rejects.toMatchObject({ kind });
    expect(stepsOf(server)).toEqual(['POST']);
  });

  it('of a research agent names the agent, and has the text of its report', async () => {
    const search = { type: 'google_search_call', id: 's1', arguments: { queries: ['snow'] } };
    await using server = await startInteractionServer({
      plan: () => ({ steps: [THOUGHT, search, ANSWER] }),
      cutAfter: 3,
    });
    const model = modelOf(server, { background: undefined }, AGENT);
    const response = await model.generate({ ...REQUEST, system: 'Write a report.' });
    expect([response.text, response.target]).toEqual([TEXT, AGENT]);
    const { body } = server.requests.find(({ method }) => method === 'POST') ?? {};
    expect(body).toMatchObject({
      agent: 'deep-research-preview-04-2026',
      background: true,
      store: true,
      system_instruction: 'Write a report.',
    });
    expect(body).not.toHaveProperty('model');
  });

  it('of a research agent is refused as a live call', async () => {
    await using server = await startInteractionServer({ plan: () => ({ steps: [ANSWER] }) });
    const provider = createGoogle({ apiKey: 'k', baseURL: server.url });
    const live = createMajordomo({ providers: [provider], env: {} }).model(AGENT);
    await expect(live.generate(REQUEST)).rejects.toMatchObject({
      kind: 'unsupported',
      message: /createBackground/,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('is cancelled at the vendor', async () => {
    await using server = await startInteractionServer({ plan: () => ({ steps: [ANSWER], looks: 100 }) });
    const job = await modelOf(server).start(REQUEST);
    await job.cancel();
    expect(stepsOf(server)).toContain('POST /interaction_1/cancel');
    await expect(job.result()).rejects.toMatchObject({ kind: 'aborted' });
  });
});

it('createGoogle has a job API only with the option background, and not on Vertex or with a client', () => {
  const hasApi = (options: Parameters<typeof createGoogle>[0]): boolean =>
    createGoogle(options).background?.('gemini-3-pro-preview', {}) !== undefined;
  expect(hasApi({ apiKey: 'k' })).toBe(false);
  expect(hasApi({ apiKey: 'k', background: true })).toBe(true);
  expect(hasApi({ project: 'p', background: true })).toBe(false);
  expect(() => createGoogle({ background: true, client: {} })).toThrow(/background/);
});
