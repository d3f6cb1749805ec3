import { createMajordomo, user } from '@majordomo/core';
import { startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

const SAMPLING = {
  topK: 20,
  frequencyPenalty: 0.5,
  presencePenalty: 0.25,
  logprobs: 3,
  output: 'json',
} as const;

const sideOf = (name: string): Side => {
  const all = [...[...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const), ...CHAT_SIDES];
  const found = all.find(([one]) => one === name);
  if (found === undefined) throw new Error(`no side ${name}`);
  return found[1];
};

const BY_CHAT = { frequency_penalty: 0.5, presence_penalty: 0.25, logprobs: true, top_logprobs: 3 };
const BY_JSON = { response_format: { type: 'json_object' } };

/** Members of a body that do not affect sampling. Separate tests cover them. */
const OTHERS =
  /^(?:model|messages|contents|system|instructions|input|include|store|stream|stream_options|max_tokens|inferenceConfig)$/;

it.each<[name: string, sent: object, dropped: readonly string[]]>([
  ['openai-chat', { ...BY_CHAT, ...BY_JSON }, ['topK']],
  [
    'openai-responses',
    { text: { format: { type: 'json_object' } } },
    ['frequencyPenalty', 'presencePenalty', 'top_logprobs', 'topK'],
  ],
  [
    'openai-responses, a model without reasoning',
    { text: { format: { type: 'json_object' } }, top_logprobs: 3 },
    ['frequencyPenalty', 'presencePenalty', 'topK'],
  ],
  ['anthropic-messages', { top_k: 20 }, ['frequencyPenalty', 'logprobs', 'output', 'presencePenalty']],
  [
    'gemini-generate',
    {
      generationConfig: {
        topK: 20,
        frequencyPenalty: 0.5,
        presencePenalty: 0.25,
        responseLogprobs: true,
        logprobs: 3,
        responseMimeType: 'application/json',
      },
    },
    [],
  ],
  [
    'bedrock-converse',
    { additionalModelRequestFields: { top_k: 20 } },
    ['frequencyPenalty', 'logprobs', 'output', 'presencePenalty'],
  ],
  [
    'ollama-chat',
    {
      format: 'json',
      options: { top_k: 20, frequency_penalty: 0.5, presence_penalty: 0.25 },
      logprobs: true,
      top_logprobs: 3,
    },
    [],
  ],
  ['workersai-run', { top_k: 20, frequency_penalty: 0.5, presence_penalty: 0.25, ...BY_JSON }, ['logprobs']],
  ['groq by its SDK', BY_JSON, ['frequency_penalty', 'logprobs', 'presence_penalty', 'topK']],
  ['cerebras by its SDK', { ...BY_CHAT, ...BY_JSON }, ['topK']],
])(
  '%s receives the supported sampling parameters, and warnings report the others',
  async (name, sent, dropped) => {
    const [wire = name, other] = name.split(', ');
    const side = sideOf(wire);
    const model = other === undefined ? side.model : 'gpt-4.1';
    await using server = await startWireServer({ wire: side.wire, script: ['{"a":1}'] });
    const majordomo = createMajordomo({ providers: [side.provider('there', server.baseURL)] });
    const { warnings } = await majordomo
      .model(`there/${model}`)
      .generate({ messages: [user('Answer as JSON.')], ...SAMPLING });
    const body = server.requests[0]?.body as object;
    expect(Object.fromEntries(Object.entries(body).filter(([key]) => !OTHERS.test(key)))).toEqual(sent);
    expect(warnings.map(({ what }) => what).toSorted((a, b) => a.localeCompare(b))).toEqual(dropped);
  },
);

/** Settings that only OpenAI has, and the APIs that have them. */
const OPENAI_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['endUser', 'verbosity'],
  'openai-responses': ['endUser', 'reasoningSummary', 'verbosity'],
};

it.each([...SIDES, WORKERS_AI, ...CHAT_SIDES.map(([, side]) => side)])(
  '$wire.name sends the settings that only OpenAI has, or warnings report them',
  async (side) => {
    const isOpenAI = Object.hasOwn(OPENAI_SETTINGS, side.wire.name) && SIDES.includes(side);
    await using server = await startWireServer({ wire: side.wire, script: ['yes'] });
    const majordomo = createMajordomo({ providers: [side.provider('there', server.baseURL)] });
    const { warnings } = await majordomo.model(`there/${isOpenAI ? 'gpt-5.4' : side.model}`).generate({
      messages: [user('hi')],
      verbosity: 'low',
      reasoningSummary: 'auto',
      endUser: 'user-1',
    });
    const all = ['endUser', 'reasoningSummary', 'verbosity'];
    const sendsEndUser = isOpenAI || side.wire.name === 'anthropic-messages';
    const sent = isOpenAI ? (OPENAI_SETTINGS[side.wire.name] ?? []) : sendsEndUser ? ['endUser'] : [];
    const missing = warnings.filter(({ action }) => action === 'dropped').map(({ what }) => what);
    expect(missing.toSorted()).toEqual(all.filter((name) => !sent.includes(name)));
    const body = JSON.stringify(server.requests[0]?.body);
    expect(body.includes('user-1')).toBe(sendsEndUser);
  },
);
