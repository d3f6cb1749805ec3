import { ok as expect } from 'node:assert/strict';
import {
  type Attempt,
  type ChatModel,
  createMajordomo,
  image,
  LlmError,
  messageOf,
  type Provider,
  toolResult,
  user,
} from '@majordomo/core';
import { costOfResponse } from '@majordomo/catalog';
import * as z from 'zod';

/** Calls of a vendor. */
interface LiveChat {
  /** Model of the vendor's row, with the key of the environment. */
  readonly model: ChatModel;
  /** The same model with a key that the vendor has not issued. */
  readonly withWrongKey: ChatModel;
  /** Model that the vendor does not have. */
  readonly unknownModel: ChatModel;
}

/** Part of the core path at a real vendor. Throws if the vendor or a provider behaves differently. */
type ChatCase = (chat: LiveChat) => Promise<void>;

/** Red square of 64 × 64 pixels. */
const RED = Uint8Array.from(
  atob(
    'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAS0lEQVR42u3PQQkAAAgAsetfWiP4FgYrsKZeS0BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEDgsqnc8OJg6Ln3AAAAAElFTkSuQmCC',
  ),
  (character) => character.charCodeAt(0),
);
const WRONG_KEY = 'sk-wrong-0000000000000000000000000000';
/** Limit of each response, which includes reasoning. It bounds the cost of a case. */
const maxTokens = 2000;

const capital = { messages: [user('What is the capital of Norway? Answer with its name.')], maxTokens };

/** Cases by the heading of their column. The last three use no tokens, or only the first of a response. */
export const CHAT_CASES = {
  async generate({ model }) {
    const response = await model.generate(capital);
    expectAnswer(response);
  },
  async stream({ model }) {
    const stream = model.stream({ ...capital, messages: [user('Count from 1 to 30 in words.')] });
    let text = '';
    for await (const event of stream) if (event.type === 'text-delta') text += event.text;
    const response = await stream.response();
    expect(text === response.text, 'the chunks differ from the text of the response');
    expectAnswer(response);
  },
  async tool({ model }) {
    const tools = [
      { name: 'weather', description: 'Weather of a city', parameters: z.object({ city: z.string() }) },
    ];
    const question = user('How warm is it in Oslo? Use the tool.');
    const { toolCalls, finish, message } = await model.generate({ messages: [question], tools, maxTokens });
    const [call] = toolCalls;
    expect(finish === 'tool-calls', `the finish reason is ${finish}`);
    expect(call?.name === 'weather', `the called tool is ${call?.name}`);
    expect(/oslo/i.test(JSON.stringify(call.args)), `the arguments are ${JSON.stringify(call.args)}`);
    const results = toolCalls.map(({ id, name }) => ({ callId: id, name, content: '17 degrees' }));
    const messages = [question, message, toolResult(results)];
    const { text } = await model.generate({ messages, tools, maxTokens });
    expect(text.includes('17'), `the answer is ${text}`);
  },
  async object({ model }) {
    const output = z.object({ city: z.string(), country: z.string() });
    const { value } = await model.generateObject({
      messages: [user('Oslo is in Norway.')],
      output,
      maxTokens,
    });
    expect(value.city === 'Oslo' && value.country === 'Norway', `the value is ${JSON.stringify(value)}`);
  },
  async image({ model }) {
    const question = user('Which color is this? Answer with one word.', image(RED, 'image/png'));
    const { text } = await model.generate({ messages: [question], maxTokens });
    expect(/red/i.test(text), `the answer is ${text}`);
  },
  async reasoning({ model }) {
    const question = 'How many integers from 1 to 60 are prime or divisible by 7? Answer with the number.';
    const response = await model.generate({ messages: [user(question)], reasoning: 'medium', maxTokens });
    const { parts, usage, warnings } = response;
    const isReasoned = parts.some(({ type }) => type === 'reasoning') || (usage?.reasoning ?? 0) > 0;
    expect(isReasoned, `no reasoning was reported; warnings: ${JSON.stringify(warnings)}`);
    expectAnswer(response);
  },
  async abort({ model }) {
    const controller = new AbortController();
    const request = { messages: [user('Count from 1 to 400.')], maxTokens };
    const stream = model.stream(request, { signal: controller.signal });
    const error = await errorOf(async () => {
      for await (const event of stream) if (event.type === 'text-delta') controller.abort();
    });
    expect(error.kind === 'aborted', `the kind is ${error.kind}: ${error.message}`);
    expect(error.details.partial !== undefined, 'the error does not contain the partial response');
  },
  async 'wrong key'({ withWrongKey }) {
    await expectKind('auth', withWrongKey);
  },
  async 'unknown model'({ unknownModel }) {
    await expectKind('not-found', unknownModel);
  },
} satisfies Record<string, ChatCase>;

export type ChatCaseName = keyof typeof CHAT_CASES;
export const CHAT_CASE_NAMES = Object.keys(CHAT_CASES) as readonly ChatCaseName[];

/** Vendor of `pnpm live chat`. */
export interface ChatVendor {
  readonly name: string;
  /** Variable that contains the vendor's key. */
  readonly key: string;
  readonly provider: Provider;
  /** Cheap model that can do most of the cases. */
  readonly model: string;
  /** Cases that the model cannot pass. */
  readonly cannot: readonly ChatCaseName[];
}

/** Result of a case: passed, or the problem. */
export interface ChatOutcome {
  readonly problem: string | undefined;
  /** Cost of the calls with usage, in nano-USD; `undefined` if the price of the model is unknown. */
  readonly nanoUsd: bigint | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a case at the vendor. Does not throw. */
export async function runChatCase(
  name: ChatCaseName,
  { provider, model: id }: ChatVendor,
  env: Environment = process.env,
): Promise<ChatOutcome> {
  const attempts: Attempt[] = [];
  const modelOf = (variables: Environment, modelId: string): ChatModel =>
    createMajordomo({
      providers: [provider],
      env: variables,
      chain: { timeouts: { totalMs: 120_000 } },
      onEvent: (event) => {
        if (event.type === 'attempt-end') attempts.push(event.result);
      },
    }).model(`${provider.id}/${modelId}`);
  let problem: string | undefined;
  try {
    await CHAT_CASES[name]({
      model: modelOf(env, id),
      withWrongKey: modelOf(withWrongKeys(env), id),
      unknownModel: modelOf(env, 'majordomo-unknown-model'),
    });
  } catch (error) {
    problem = messageOf(error);
  }
  const billed = attempts.filter(({ usage }) => usage !== undefined);
  return { problem, nanoUsd: (await costOfResponse({ attempts: billed })).nanoUsd };
}

/** Returns the environment with another value for each key, token and secret. */
const withWrongKeys = (env: Environment): Environment =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, /(?:KEY|TOKEN)(?:_|$)/.test(name) ? WRONG_KEY : value]),
  );

function expectAnswer({ text, finish, usage }: Awaited<ReturnType<ChatModel['generate']>>): void {
  expect(text !== '', 'the response has no text');
  expect(finish === 'stop', `the finish reason is ${finish}`);
  expect((usage?.input ?? 0) > 0 && (usage?.output ?? 0) > 0, `the usage is ${JSON.stringify(usage)}`);
}

async function expectKind(kind: LlmError['kind'], model: ChatModel): Promise<void> {
  const error = await errorOf(() => model.generate(capital));
  expect(error.kind === kind, `the kind is ${error.kind}: ${error.message}`);
}

async function errorOf(call: () => Promise<unknown>): Promise<LlmError> {
  try {
    await call();
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
  throw new Error('the call has not failed');
}
