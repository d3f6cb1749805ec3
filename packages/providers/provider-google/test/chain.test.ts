import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import {
  assistant,
  createMajordomo,
  LlmError,
  toolResult,
  user,
  type AssistantPart,
  type ChatModel,
  type JsonObject,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import { createGoogle } from '../src/index.ts';
import { streaming } from './answers.ts';

let server: TestServer;
afterEach(() => server.close());

type Refuse = (request: Sent) => { readonly status: number; readonly message: string } | undefined;

/** Members of a request that the tests read. */
interface Sent {
  readonly contents: readonly { readonly role: string; readonly parts: readonly JsonObject[] }[];
  readonly tools?: readonly { readonly functionDeclarations: readonly JsonObject[] }[];
  readonly generationConfig?: JsonObject;
}

/** Starts a server that sends `parts` unless `errorFor` returns an error. Returns its model. */
async function open(
  errorFor: Refuse,
  { model = 'gemini-3.8-flash', parts = [{ text: 'Hi' }] as readonly object[] } = {},
): Promise<ChatModel> {
  server = await testServer((response, { path, text }, count) => {
    const rejection = errorFor(JSON.parse(text) as Sent);
    const answer = {
      responseId: `r${count}`,
      candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
    };
    if (rejection !== undefined) {
      const error = { code: rejection.status, message: rejection.message, status: 'INVALID_ARGUMENT' };
      answers({ error }, rejection.status)(response);
    } else (path.includes('stream') ? streaming(answer) : answers(answer))(response);
  });
  const google = createGoogle({ apiKey: 'k', baseURL: server.origin });
  return createMajordomo({ env: {}, providers: [google] }).model(`google/${model}`);
}

const sent = (): readonly Sent[] => server.requests.map(({ text }) => JSON.parse(text) as Sent);
const signaturesIn = ({ contents }: Sent): readonly unknown[] =>
  contents.flatMap(({ parts }) => parts.flatMap(({ thoughtSignature }) => thoughtSignature ?? []));

const replay = { family: 'gemini/3.8-flash', data: 'c2ln' };
const call: AssistantPart = { type: 'tool-call', id: 'c1', name: 'get', args: {}, replay };
const LOOP: readonly Message[] = [
  user('weather?'),
  assistant([{ type: 'text', text: 'Let me see.', replay }, call]),
  toolResult({ callId: 'c1', name: 'get', content: 'sun' }),
];
const TOOLS: readonly ToolSpec[] = [
  {
    name: 'get',
    description: 'Gets it.',
    parameters: {
      type: 'object',
      properties: { at: { type: ['string', 'null'] } },
      additionalProperties: false,
    },
  },
];

it('removes call ids that a platform rejects, also in later calls', async () => {
  const model = await open(({ contents }) =>
    JSON.stringify(contents).includes('"id"')
      ? {
          status: 400,
          message: `Invalid JSON payload received. Unknown name "id" at 'contents[1].parts[1].function_call': Cannot find field.`,
        }
      : undefined,
  );
  const response = await model.generate({ messages: LOOP, tools: TOOLS });
  expect(response.text).toBe('Hi');
  expect(response.warnings.map(({ what }) => what)).toContain('call ids dropped');
  expect(signaturesIn(sent()[1] ?? { contents: [] })).toEqual(['c2ln', 'c2ln']);
  await model.generate({ messages: LOOP, tools: TOOLS });
  expect(server.requests).toHaveLength(3);
});

describe('thought signatures', () => {
  it('are sent back with their parts', async () => {
    const parts = [
      { text: 'hm', thought: true },
      { text: 'See: ', thoughtSignature: 'dGV4dA==' },
      { functionCall: { name: 'get', args: { at: 'B' } }, thoughtSignature: 'Y2FsbA==' },
      { functionCall: { name: 'get', args: { at: 'C' } } },
    ];
    const model = await open(() => undefined, { parts });
    const { message, toolCalls } = await model.stream({ messages: [user('hi')], tools: TOOLS }).response();
    // The ids were generated and are not sent.
    const results = toolResult(toolCalls.map(({ id: callId, name }) => ({ callId, name, content: 'ok' })));
    await model.generate({ messages: [user('hi'), message, results], tools: TOOLS });
    expect(sent()[1]?.contents[1]).toEqual({
      role: 'model',
      parts: [
        { text: 'See: ', thoughtSignature: 'dGV4dA==' },
        { functionCall: { name: 'get', args: { at: 'B' } }, thoughtSignature: 'Y2FsbA==' },
        { functionCall: { name: 'get', args: { at: 'C' } } },
      ],
    });
  });

  it('are removed after a rejection, with a warning', async () => {
    const model = await open((request) =>
      signaturesIn(request).includes('c2ln')
        ? { status: 400, message: 'Corrupted thought signature.' }
        : undefined,
    );
    const response = await model.generate({ messages: LOOP });
    expect(response.text).toBe('Hi');
    expect(sent().map(signaturesIn)).toEqual([['c2ln', 'c2ln'], ['skip_thought_signature_validator']]);
    expect(response.warnings.map(({ what }) => what)).toContain('thought signatures dropped');
  });

  it('of another family are not sent', async () => {
    const model = await open(() => undefined, { model: 'gemini-3.8-pro' });
    await model.generate({ messages: LOOP });
    expect(sent().map(signaturesIn)).toEqual([['skip_thought_signature_validator']]);
  });
});

describe('a rejected form', () => {
  it('reduces schemas to the subset, also in later calls', async () => {
    const model = await open((request) =>
      request.tools?.[0]?.functionDeclarations[0]?.['parametersJsonSchema'] === undefined
        ? undefined
        : {
            status: 400,
            message:
              'Invalid JSON payload received. Unknown name "parametersJsonSchema" at \'tools[0].function_declarations[0]\': Cannot find field.',
          },
    );
    for (const _ of [1, 2]) await model.generate({ messages: [user('hi')], tools: TOOLS });
    expect(sent().map(({ tools }) => tools?.[0]?.functionDeclarations[0]?.['parameters'])).toEqual([
      undefined,
      { type: 'OBJECT', properties: { at: { type: 'STRING', nullable: true } } },
      { type: 'OBJECT', properties: { at: { type: 'STRING', nullable: true } } },
    ]);
  });

  it('drops reasoning, also in later calls', async () => {
    const model = await open((request) =>
      request.generationConfig?.['thinkingConfig'] === undefined
        ? undefined
        : { status: 400, message: 'Thinking level is not supported for this model.' },
    );
    for (const _ of [1, 2]) {
      const { warnings } = await model.generate({ messages: [user('hi')], reasoning: 'low' });
      expect(warnings).toMatchObject([{ action: 'repaired', what: 'reasoning dropped' }]);
    }
    expect(server.requests).toHaveLength(3);
  });

  it('reduces only schemas with an empty enum value in later calls', async () => {
    const model = await open(({ tools }) =>
      JSON.stringify(tools).includes('"enum":[""')
        ? { status: 400, message: '* tools[0].parameters.properties[a].enum[0]: cannot be empty' }
        : undefined,
    );
    for (const value of ['', 'x', '']) {
      const parameters = { type: 'object', properties: { a: { type: 'string', enum: [value, 'y'] } } };
      await model.generate({ messages: [user('hi')], tools: [{ name: 'f', description: '', parameters }] });
    }
    const forms = sent().map(({ tools }) => Object.keys(tools?.[0]?.functionDeclarations[0] ?? {}).at(-1));
    expect(forms).toEqual(['parametersJsonSchema', 'parameters', 'parametersJsonSchema', 'parameters']);
  });

  it('drops a rejected level of reasoning, but no other level in later calls', async () => {
    const model = await open((request) =>
      JSON.stringify([request.generationConfig]).includes('"LOW"')
        ? { status: 400, message: 'Thinking level LOW is not supported for this model.' }
        : undefined,
    );
    for (const reasoning of ['low', 'high', 'low'] as const)
      await model.generate({ messages: [user('hi')], reasoning });
    expect(
      server.requests.map(({ body }) => JSON.stringify(body).match(/"thinkingLevel":"(\w+)"/)?.[1]),
    ).toEqual(['LOW', undefined, 'HIGH', undefined]);
  });
});

describe('a blocked prompt', () => {
  const blocked = {
    responseId: 'r',
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 },
  };
  const usageOf = async (failing: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await failing.catch((cause: unknown) => cause);
    return (
      LlmError.is(error, 'content-filter') &&
      error.details.attempts.map(({ usage }) => [usage?.input, usage?.output])
    );
  };

  it('retains the usage that the vendor reported, without output, in chat, image and speech models', async () => {
    server = await testServer((response, { path }) => {
      (path.includes('stream') ? streaming(blocked) : answers(blocked))(response);
    });
    const google = createGoogle({ apiKey: 'k', baseURL: server.origin });
    const majordomo = createMajordomo({ env: {}, providers: [google], chain: { attempts: 1 } });
    const chat = majordomo.model('google/gemini-3.8-flash');
    const hi = { messages: [user('hi')] };
    expect([
      await usageOf(chat.generate(hi)),
      await usageOf(chat.stream(hi).response()),
      await usageOf(majordomo.imageModel('google/gemini-3-pro-image').generate({ prompt: 'a cat' })),
      await usageOf(majordomo.speechModel('google/gemini-tts').speak({ text: 'hi' })),
    ]).toEqual(Array.from({ length: 4 }, () => [[12, 0]]));
  });
});
