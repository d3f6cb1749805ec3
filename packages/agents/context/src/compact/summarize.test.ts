import { estimateTokens } from '@majordomo/catalog/tokens';
import {
  assistant,
  toolResult,
  user,
  type ChatModel,
  type ErrorKind,
  type FinishReason,
  type Message,
} from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { describe, expect, it } from 'vitest';
import { scripted } from '../../test/support/compactor-setup.ts';
import { DETAILS, MIN_DETAIL, render, type Detail } from './render.ts';
import { summarize, summaryOrder, type SummaryInput } from './summarize.ts';
import { summaryMessage, summaryOf } from './summary-message.ts';
import { summaryPrompt } from './summary-prompt.ts';

/** The latest user messages in the prompt of a summary. */
async function latelyOf(fresh: readonly Message[]): Promise<string | undefined> {
  const { model, prompts } = scripted('SUMMARY');
  const order = { fresh, previous: undefined, focus: undefined, tokens: 100, promptTokens: 4000 };
  await summarize(order, { model, redactor: createRedactor() }, undefined);
  return /<lately>\n(.*)\n<\/lately>/s.exec(prompts()[0] ?? '')?.[1];
}

it('names the last three messages of the user, without those that have no text', async () => {
  const turns = [user('one'), assistant('answer'), user('two'), assistant('answer'), user(' three ')];
  expect(await latelyOf([...turns, assistant('answer')])).toBe('one\ntwo\nthree');
  expect(await latelyOf([...turns, user('four')])).toBe('two\nthree\nfour');
  expect(await latelyOf([...turns, user(' '), user('four')])).toBe('three\nfour');
  expect(await latelyOf([assistant('answer')])).toBeUndefined();
});

it('shortens each of these messages to a third of 700 characters', async () => {
  expect(await latelyOf([user('x'.repeat(300))])).toBe('x'.repeat(233));
});

const call = (id: string): Message => assistant([{ type: 'tool-call', id, name: 'look', args: {} }]);
const result = (callId: string, content: string): Message => toolResult({ callId, name: 'look', content });
const turns = [user('one '.repeat(40)), call('a'), result('a', 'found'), assistant('two '.repeat(40))];
const redactor = createRedactor();
const inputOf = (input: Partial<SummaryInput>): SummaryInput => ({
  fresh: turns,
  previous: undefined,
  focus: undefined,
  tokens: 100,
  promptTokens: 100_000,
  ...input,
});
/** Number of tokens of the messages at the lowest level of detail, with a line end for each group. */
const sizeOf = (...groups: readonly (readonly Message[])[]): number =>
  groups.reduce((sum, group) => sum + estimateTokens(render(group, MIN_DETAIL).join('\n')) + 1, 0);

it.each([
  ['without a previous summary', undefined],
  ['with a previous summary', 'earlier '.repeat(30)],
])('summarizes as many messages as fit into the prompt, %s', async (_name, previous) => {
  const base = 700 + (previous === undefined ? 0 : estimateTokens(previous));
  const two = sizeOf(turns.slice(0, 1), turns.slice(1, 3));
  const three = sizeOf(turns.slice(0, 1), turns.slice(1, 3), turns.slice(3));
  const counts = [base + two - 1, base + two, base + three - 1, base + three].map(async (promptTokens) => {
    const { model } = scripted('S');
    return (await summarize(inputOf({ previous, promptTokens }), { model, redactor }, undefined)).count;
  });
  expect(await Promise.all(counts)).toEqual([1, 3, 3, 4]);
});

it('summarizes a first call with its result even if they do not fit', async () => {
  const { model, requests } = scripted('S');
  const fresh = turns.slice(1);
  const summary = await summarize(inputOf({ fresh, promptTokens: 0 }), { model, redactor }, undefined);
  expect([summary.count, requests.length]).toEqual([2, 1]);
});

it('sends the complete request with a time limit', async () => {
  const calls: unknown[] = [];
  const { signal } = new AbortController();
  const model = {
    ...scripted('S').model,
    generate: (...args: readonly unknown[]) => {
      calls.push(args);
      return Promise.resolve({ text: ' S ', finish: 'stop' });
    },
  } as unknown as ChatModel;
  const order = inputOf({ previous: 'password=hunter22', focus: 'password=hunter23', tokens: 101 });
  expect(await summarize(order, { model, redactor }, signal)).toEqual({ text: 'S', count: 4 });
  const prompt = summaryPrompt({
    lines: render(turns, DETAILS[0] as Detail),
    previous: 'password=[redacted]',
    focus: 'password=[redacted]',
    recentText: 'one '.repeat(40).trim(),
    tokens: 101,
  });
  expect(calls).toEqual([
    [
      { messages: [user(prompt)], maxTokens: 132 },
      { signal, timeouts: { totalMs: 180_000 } },
    ],
  ]);
});

const large = [user('q '.repeat(3000)), call('a'), result('a', 'r '.repeat(3000))];

it('reduces the detail until the prompt fits', async () => {
  const promptOf = async (promptTokens: number): Promise<string | undefined> => {
    const { model, prompts } = scripted('S');
    await summarize(inputOf({ fresh: large, promptTokens }), { model, redactor }, undefined);
    return prompts()[0];
  };
  const expected = DETAILS.map((detail) =>
    summaryPrompt({
      lines: render(large, detail),
      previous: undefined,
      focus: undefined,
      recentText: 'q '.repeat(117).trim(),
      tokens: 100,
    }),
  );
  const [most = 0, less = 0] = expected.map(estimateTokens);
  const prompts = [most, most - 1, less, less - 1].map(promptOf);
  const [first, second, third] = expected;
  expect(await Promise.all(prompts)).toEqual([first, second, second, third]);
});

it.each([
  ['context-overflow', 3],
  ['server', 1],
] as const)('after the error %s sends %i prompts in total', async (fail, count) => {
  const { model, requests } = scripted({ fail });
  const summary = summarize(inputOf({ fresh: large }), { model, redactor }, undefined);
  await expect(summary).rejects.toMatchObject({ kind: fail });
  expect(requests).toHaveLength(count);
});

it.each<[ErrorKind, string, unknown, FinishReason]>([
  [
    'content-filter',
    'summarizer: the model or a filter refused; use another model',
    'I cannot',
    'content-filter',
  ],
  ['content-filter', 'summarizer: the model or a filter refused; use another model', 'I cannot', 'refusal'],
  [
    'truncated',
    'summarizer: the summary is not complete (finish "length") with maxTokens 130; use another model, such as one that needs fewer tokens for reasoning',
    '## Goal',
    'length',
  ],
  ['protocol', 'summarizer: the model returned no text', undefined, 'stop'],
  ['empty', 'summarizer: the summary is empty; use another model', '<think>hm</think>', 'stop'],
  [
    'protocol',
    'summarizer: the summary has about 200 tokens, more than its limit of 130; use a model that observes maxTokens',
    'word '.repeat(200),
    'stop',
  ],
])('throws %s with the message "%s"', async (kind, message, text, finish) => {
  const model = {
    ...scripted('S').model,
    generate: () => Promise.resolve({ text, finish }),
  } as unknown as ChatModel;
  await expect(summarize(inputOf({}), { model, redactor }, undefined)).rejects.toMatchObject({
    kind,
    message,
  });
});

describe('the order of a summary', () => {
  const secret = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';

  it('requests a summary of all messages and of earlier summaries, without secrets', () => {
    const { request } = summaryOrder([summaryMessage('Before.'), user(`key ${secret}`), assistant('done')]);
    const text = JSON.stringify(request.messages);
    expect(text).toContain('<summary-so-far>\\nBefore.\\n');
    expect(text).toContain('user: key [redacted]');
    expect(text).toContain('assistant: done');
    expect(request.maxTokens).toBe(650);
  });

  it('shortens the messages to the context of the model', () => {
    const long = Array.from({ length: 40 }, () => user('word '.repeat(4000)));
    const { request } = summaryOrder(long, { contextTokens: 32_000 });
    expect(estimateTokens(JSON.stringify(request.messages))).toBeLessThan(16_000);
  });

  it('returns the text of a message that is recognized as a summary', () => {
    const text = summaryOrder([user('hi')]).textOf({ text: 'All done.', finish: 'stop' });
    expect(summaryOf(user(text))).toBe('All done.');
  });

  it('refuses an incomplete summary', () => {
    const { textOf } = summaryOrder([user('hi')]);
    expect(() => textOf({ text: 'All', finish: 'length' })).toThrow(
      expect.objectContaining({ kind: 'truncated' }),
    );
  });
});
