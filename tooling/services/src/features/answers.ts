import { cached, type CacheOptions } from '@majordomo/cache';
import { user, type CallOptions, type ChatModel, type ChatResponse } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { deepEqual, equal } from 'node:assert/strict';
import { type FeatureCase, UNUSUAL_NAMES } from './feature-case.ts';

const TEXTS: readonly string[] = ['a', 'ü € 😀 \0 "quoted" \\ \uD800', 'x'.repeat(200_000)];

const NAMES: readonly string[] = [...UNUSUAL_NAMES, 'k'.repeat(1000)];

/** Answers a question from the store, or with `text` if the store has no answer. Returns when a new answer is stored. */
async function ask(
  records: RecordStore,
  question: string,
  text: string,
  { tenant, ...options }: Partial<CacheOptions> & Pick<CallOptions, 'tenant'> = {},
): Promise<ChatResponse> {
  const bytes = new TextEncoder().encode(text);
  const parts = [{ type: 'text', text } as const, { type: 'image', mediaType: 'image/png', bytes } as const];
  const answer = {
    id: 'r',
    target: 'a/x',
    spec: 'a/x',
    message: { role: 'assistant', parts },
    parts,
    text,
    toolCalls: [],
    finish: 'stop',
    warnings: [],
    attempts: [{}],
    usage: undefined,
  };
  const source = { spec: 'a/x', generate: async () => answer, stream: () => undefined };
  const model = cached(source as unknown as ChatModel, {
    records,
    namespace: 'v1',
    // With the default of 50 ms, a slow read would call the model.
    timeoutMs: 20_000,
    ...options,
  });
  const stored: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>): void => void stored.push(promise);
  const response = await model.generate({ messages: [user(question)] }, { tenant, waitUntil });
  await Promise.all(stored);
  return response;
}

/** Cases of stored answers. */
export const answerCases: readonly FeatureCase[] = [
  {
    name: 'answers: returns the answer of another process, with its bytes',
    async run([mine, theirs]) {
      for (const [number, text] of TEXTS.entries()) {
        const first = await ask(mine, `${number}`, text);
        const { attempts, warnings, ...rest } = await ask(theirs, `${number}`, 'another');
        deepEqual([rest.text, rest.parts, attempts, warnings.length], [text, first.parts, [], 1]);
      }
    },
  },
  {
    name: 'answers: distinguishes namespaces, tenants and questions by every character',
    async run([mine, theirs]) {
      const askEach = async (records: RecordStore, start: string): Promise<readonly string[]> => {
        const texts: string[] = [];
        for (const name of NAMES) {
          texts.push((await ask(records, name, `${start}question ${name}`)).text);
          texts.push((await ask(records, 'q', `${start}tenant ${name}`, { tenant: name })).text);
          texts.push((await ask(records, 'q', `${start}namespace ${name}`, { namespace: name })).text);
        }
        return texts;
      };
      const texts = await askEach(mine, '');
      deepEqual(await askEach(theirs, 'not '), texts);
      equal(new Set(texts).size, NAMES.length * 3);
    },
  },
];
