import fc from 'fast-check';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiChatWire,
  openaiResponses,
  type Wire,
  workersaiRun,
} from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { chatBody, chatMutations } from './mutations/chat.ts';
import { converseBody, converseMutations } from './mutations/converse.ts';
import { geminiBody, geminiMutations } from './mutations/gemini.ts';
import { messagesBody, messagesMutations } from './mutations/messages.ts';
import { at, type Body, drop, type Json, type Mutation, objectPaths, set } from './mutations/mutation.ts';
import { ollamaBody, ollamaMutations } from './mutations/ollama.ts';
import { responsesBody, responsesMutations } from './mutations/responses.ts';
import { runBody, runMutations } from './mutations/workersai.ts';

interface Subject {
  readonly wire: Wire;
  readonly body: () => Body;
  readonly mutations: Readonly<Record<string, readonly Mutation[]>>;
  /** Keys with arbitrary values: schemas, arguments, parts of other vendors. */
  readonly free: ReadonlySet<string>;
}

const SUBJECTS: readonly Subject[] = [
  { wire: openaiChat, body: chatBody, mutations: chatMutations, free: new Set(['parameters', 'schema']) },
  {
    wire: openaiResponses,
    body: responsesBody,
    mutations: responsesMutations,
    free: new Set(['parameters', 'schema', 'tool_choice']),
  },
  {
    wire: anthropicMessages,
    body: messagesBody,
    mutations: messagesMutations,
    free: new Set(['input', 'input_schema', 'schema']),
  },
  {
    wire: bedrockConverse,
    body: converseBody,
    mutations: converseMutations,
    free: new Set(['additionalModelRequestFields', 'auto', 'input', 'json']),
  },
  {
    wire: geminiGenerate,
    body: geminiBody,
    mutations: geminiMutations,
    free: new Set(['args', 'googleSearch', 'response', 'parametersJsonSchema', 'responseJsonSchema']),
  },
  {
    wire: ollamaChat,
    body: ollamaBody,
    mutations: ollamaMutations,
    free: new Set(['arguments', 'format', 'parameters']),
  },
  {
    wire: workersaiRun,
    body: runBody,
    mutations: runMutations,
    free: new Set(['json_schema', 'parameters']),
  },
];

const rulesBroken = (wire: Wire, body: unknown, model?: string): readonly string[] =>
  wire.validate(body, { model }).map(({ rule }) => rule);

describe.each(SUBJECTS)('the validator of $wire.name', ({ wire, body, mutations, free }) => {
  it('accepts the valid request', () => {
    expect(wire.validate(body())).toEqual([]);
  });

  it('has mutations for exactly its rules', () => {
    expect(Object.keys(mutations).sort()).toEqual(Object.keys(wire.rules).sort());
  });

  const each = Object.entries(mutations).flatMap(([rule, list]) =>
    list.map((mutate, n) => ({ rule, n, mutate })),
  );
  it.each(each)('rejects a request that violates $rule (variant $n)', ({ rule, mutate }) => {
    const broken = body();
    mutate(broken);
    expect(rulesBroken(wire, broken, mutate.model)).toContain(rule);
  });

  it('reports declared rules only', () => {
    const reported = new Set(
      each.flatMap(({ mutate }) => {
        const broken = body();
        mutate(broken);
        return rulesBroken(wire, broken, mutate.model);
      }),
    );
    expect([...reported].filter((rule) => !(rule in wire.rules))).toEqual([]);
  });

  it.each(objectPaths(body(), free))('rejects an unknown key at "%s"', (path) => {
    const broken = body();
    at(broken, path)['x_internal'] = 1;
    const unknownKeys = wire.validate(broken).filter(({ rule }) => rule === 'unknown-key');
    expect(unknownKeys).toHaveLength(1);
    expect(unknownKeys[0]?.path.endsWith('x_internal')).toBe(true);
  });

  it.each([null, 'text', 7, [], [{}]])('rejects %j instead of a request', (value) => {
    expect(rulesBroken(wire, value)).toContain('wrong-type');
  });
});

describe('a dialect', () => {
  const withId = (id: string): Body => {
    const body = chatBody();
    set('messages.2.tool_calls.0', 'id', id)(body);
    set('messages.3', 'tool_call_id', id)(body);
    set('messages.2.tool_calls.1', 'id', 'bbbbbbbbb')(body);
    set('messages.4', 'tool_call_id', 'bbbbbbbbb')(body);
    return body;
  };

  it('accepts its keys and rejects those of other vendors', () => {
    const body = chatBody();
    set('messages.5', 'reasoning_content', 'Hm.')(body);
    const rulesOf = (vendor: string): readonly string[] =>
      rulesBroken(openaiChatWire(chatDialects[vendor]), body);
    expect(rulesOf('deepseek')).toEqual([]);
    expect(rulesOf('openai')).toEqual(['unknown-key']);
    expect(rulesOf('groq')).toEqual(['unknown-key']);
  });

  it.each([
    ['mistral', 'role-order', drop('messages', '5')],
    ['moonshot', 'content-missing', set('messages.5', 'content', '')],
    ['gemini-compatible', 'signature', set('messages.6', 'content', 'Thanks.')],
  ])('has additional rules: %s rejects %s', (vendor, rule, mutate) => {
    const broken = withId('aB3xY6z90');
    mutate(broken);
    const wire = openaiChatWire(chatDialects[vendor]);
    expect(rulesBroken(wire, broken)).toEqual([rule]);
    expect(rulesBroken(openaiChat, broken)).toEqual([]);
  });

  it('checks the form of tool call ids', () => {
    const mistral = openaiChatWire(chatDialects['mistral']);
    expect(rulesBroken(mistral, withId('aB3xY6z90'))).toEqual([]);
    expect(rulesBroken(mistral, withId('call_a'))).toEqual(['tool-id-format']);
    expect(rulesBroken(openaiChat, withId('call_a'))).toEqual([]);
  });

  it('omits rules of OpenAI', () => {
    const body = chatBody();
    set('', 'model', 'o4-mini')(body);
    expect(rulesBroken(openaiChat, body)).toEqual(['unsupported-parameter']);
    expect(rulesBroken(openaiChatWire(), body)).toEqual([]);
  });
});

describe.each(SUBJECTS)('the validator of $wire.name with random JSON', ({ wire, body }) => {
  const paths = objectPaths(body(), new Set());

  it('validates and reads without throwing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(6), fc.jsonValue({ maxDepth: 3 }), (path, key, value) => {
        const broken = body();
        const parent = at(broken, path);
        const name = Object.keys(parent)[key] ?? 'extra';
        // JSON.parse returns JSON.
        parent[name] = value as Json;
        expect(Array.isArray(wire.validate(broken))).toBe(true);
        expect(typeof wire.read('/', broken).model).toBe('string');
        expect(Array.isArray(wire.validate(value))).toBe(true);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 30 : 1000 },
    );
  });

  it('accepts names that cannot be converted to a string', () => {
    for (const path of paths) {
      const broken = body();
      const parent = at(broken, path);
      for (const name of Object.keys(parent)) parent[name] = { toString: 1, name: { toString: 1 } };
      expect(Array.isArray(wire.validate(broken))).toBe(true);
      expect(typeof wire.read('/', broken).model).toBe('string');
    }
  });
});
