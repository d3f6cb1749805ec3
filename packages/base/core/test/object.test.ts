import { type } from 'arktype';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import {
  image,
  LlmError,
  user,
  type ChatRequest,
  type Gate,
  type JsonObject,
  type JsonValue,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

const Soup = z.object({ title: z.string(), minutes: z.number().optional() });
const messages = [user('soup')];
const validJson = '{"title":"Soup"}';
const invalidJson = '{"title":5}';

const setUp = (script: Parameters<typeof world>[0][string]) => {
  const setup = world({ 'a/x': script });
  return { ...setup, model: setup.majordomo.model('a/x') };
};

describe('the value is validated and typed by', () => {
  it('zod', async () => {
    const { value } = await setUp(['{"title":"Soup","minutes":3}']).model.generateObject({
      messages,
      output: Soup,
    });
    expectTypeOf(value).toEqualTypeOf<{ title: string; minutes?: number | undefined }>();
    expect(value).toEqual({ title: 'Soup', minutes: 3 });
  });

  it('zod with a transform, whose result is the value', async () => {
    const output = z.object({ title: z.string().transform((title) => title.length) });
    const { value } = await setUp([validJson]).model.generateObject({ messages, output });
    expectTypeOf(value).toEqualTypeOf<{ title: number }>();
    expect(value).toEqual({ title: 4 });
  });

  it('valibot, wrapped', async () => {
    const output = toStandardJsonSchema(v.object({ title: v.string() }));
    const { value } = await setUp([validJson]).model.generateObject({ messages, output });
    expectTypeOf(value).toEqualTypeOf<{ title: string }>();
    expect(value).toEqual({ title: 'Soup' });
  });

  it('arktype', async () => {
    const { value } = await setUp([validJson]).model.generateObject({
      messages,
      output: type({ title: 'string' }),
    });
    expectTypeOf(value).toEqualTypeOf<{ title: string }>();
    expect(value).toEqual({ title: 'Soup' });
  });

  it('JSON Schema', async () => {
    const output = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    const { value } = await setUp([invalidJson, validJson]).model.generateObject({ messages, output });
    expectTypeOf(value).toEqualTypeOf<JsonValue>();
    expect(value).toEqual({ title: 'Soup' });
  });
});

describe('an answer that does not fit', () => {
  it('is sent back once with the paths of its issues, and the usage is summed', async () => {
    const sent: ChatRequest['messages'][] = [];
    const { model } = setUp([invalidJson, (request) => (sent.push(request.messages), validJson)]);
    const response = await model.generateObject({ messages, output: Soup });
    expect(response.value).toEqual({ title: 'Soup' });
    expect(sent[0]?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(sent[0]?.[2])).toContain('title: ');
    expect(response.usage).toMatchObject({ input: 2, output: 4, reasoning: undefined });
    expect(response.attempts.map(({ outcome }) => outcome)).toEqual(['finished', 'finished']);
    expect(response.warnings).toEqual([
      {
        action: 'repaired',
        what: 'output',
        why: expect.stringContaining('a/x answered again: title: ') as string,
      },
    ]);
  });

  it('is sent back in a round that gates receive as a further one', async () => {
    const rounds: (boolean | undefined)[] = [];
    const gate: Gate = { name: 'spy', admit: ({ call }) => void rounds.push(call.isFurtherRound) };
    const { majordomo } = world({ 'a/x': [invalidJson, validJson] }, { gates: [gate] });
    await majordomo.model('a/x').generateObject({ messages, output: Soup });
    expect(rounds).toEqual([undefined, true]);
  });

  it('is invalid-output after the last round, with target, text and issues', async () => {
    const { model, requestCounts } = setUp([invalidJson]);
    const error = await failure(model.generateObject({ messages, output: Soup }));
    expect(error.kind).toBe('invalid-output');
    expect(error.message).toContain('a/x gave an answer that does not fit the schema: title: ');
    expect(error.details).toMatchObject({
      target: 'a/x',
      body: invalidJson,
      issues: [{ path: ['title'] }],
      partial: { text: invalidJson },
    });
    expect(error.details.attempts.map((attempt) => attempt.error?.kind)).toEqual([
      'invalid-output',
      'invalid-output',
    ]);
    expect(requestCounts.get('a/x')).toBe(2);
  });

  it.each([
    [0, 1],
    [3, 4],
  ])('is repaired at most %d times', async (repairs, calls) => {
    const { model, requestCounts } = setUp([invalidJson]);
    expect((await failure(model.generateObject({ messages, output: Soup }, { repairs }))).kind).toBe(
      'invalid-output',
    );
    expect(requestCounts.get('a/x')).toBe(calls);
  });

  it('that is not JSON has the same error', async () => {
    const error = await failure(setUp(['I cannot say.']).model.generateObject({ messages, output: Soup }));
    expect(error.kind).toBe('invalid-output');
    expect(error.details.issues).toEqual([{ path: [], message: 'the answer contains no JSON' }]);
  });

  it('has the usage of the first round if the second fails', async () => {
    const { model } = setUp([invalidJson, { fail: 'auth' }]);
    const error = await failure(model.generateObject({ messages, output: Soup }));
    expect(error.kind).toBe('auth');
    expect(error.details.attempts.map(({ outcome }) => outcome)).toEqual(['finished', 'failed']);
    expect(error.details.partial?.text).toBe(invalidJson);
  });

  it('reports the paths of nested values', async () => {
    const output = z.object({ steps: z.array(z.object({ minutes: z.number() })) });
    const error = await failure(
      setUp(['{"steps":[{"minutes":1},{"minutes":"2"}]}']).model.generateObject({ messages, output }),
    );
    expect(error.details.issues?.[0]?.path).toEqual(['steps', 1, 'minutes']);
    expect(error.message).toContain('steps[1].minutes: ');
  });
});

describe('a target whose answers do not fit', () => {
  const chain = (repairs?: number) => {
    const { majordomo, requestCounts } = world({
      'a/x': [invalidJson],
      'b/y': ['no JSON', validJson],
      'c/z': [validJson],
    });
    return {
      requestCounts,
      answer: majordomo.model('a/x,b/y,c/z').generateObject({ messages, output: Soup }, { repairs }),
    };
  };

  it('is followed by the next target with the original request', async () => {
    const { answer, requestCounts } = chain();
    const { target, value, usage, attempts, warnings } = await answer;
    expect([target, value, usage?.input]).toEqual(['b/y', { title: 'Soup' }, 4]);
    expect(requestCounts).toEqual(
      new Map([
        ['a/x', 2],
        ['b/y', 2],
      ]),
    );
    expect(attempts.map((attempt) => attempt.target)).toEqual(['a/x', 'a/x', 'b/y', 'b/y']);
    expect(warnings.map(({ why }) => why.slice(0, 28))).toEqual([
      'a/x answered again: title: I',
      'a/x returned no value that m',
      'b/y answered again: the answ',
    ]);
  });

  it('has no influence on the messages that the next target receives', async () => {
    const sent: number[] = [];
    const turn =
      (text: string) =>
      (request: Pick<ChatRequest, 'messages'>): string => {
        sent.push(request.messages.length);
        return text;
      };
    const { majordomo } = world({ 'a/x': [turn(invalidJson)], 'b/y': [turn(invalidJson), turn(validJson)] });
    await majordomo.model('a/x,b/y').generateObject({ messages, output: Soup });
    expect(sent).toEqual([1, 3, 1, 3]);
  });

  it('is followed without a second round if repairs is 0', async () => {
    const { answer, requestCounts } = chain(0);
    expect((await answer).target).toBe('c/z');
    expect(requestCounts).toEqual(
      new Map([
        ['a/x', 1],
        ['b/y', 1],
        ['c/z', 1],
      ]),
    );
  });

  it('receives the repair itself, not the first target of the chain', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [{ fail: 'not-found' }, validJson],
      'b/y': [invalidJson, validJson],
    });
    const { target } = await majordomo.model('a/x,b/y').generateObject({ messages, output: Soup });
    expect([target, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual(['b/y', 1, 2]);
  });

  it('ends the call if the policy forbids the next target', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [invalidJson], 'b/y': [validJson] });
    const policy = { 'invalid-output': { advance: false } };
    const error = await failure(
      majordomo.model('a/x,b/y').generateObject({ messages, output: Soup }, { policy }),
    );
    expect([error.kind, error.details.target, requestCounts.has('b/y')]).toEqual([
      'invalid-output',
      'a/x',
      false,
    ]);
  });

  it.each(['generateObject', 'streamObject'] as const)(
    'does not exist: %s fails with exhausted and the issues of each target',
    async (method) => {
      const { majordomo } = world({ 'a/x': ['no'], 'b/y': [invalidJson] });
      const model = majordomo.model('a/x,b/y');
      const request = { messages, output: Soup };
      const error = await failure(
        method === 'generateObject' ? model.generateObject(request) : model.streamObject(request).response(),
      );
      expect([error.kind, error.details.body, error.details.partial?.text]).toEqual([
        'exhausted',
        invalidJson,
        invalidJson,
      ]);
      expect(error.message).toMatch(
        /^no target of "a\/x,b\/y" answered: a\/x: invalid-output, gave an answer .* no JSON.*; b\/y: invalid-output, gave an answer .* title: /,
      );
      expect(
        error.details.attempts.map(({ target, outcome, error }) => [
          target,
          outcome,
          error?.kind,
          error?.details.issues?.[0]?.path,
        ]),
      ).toEqual([
        ['a/x', 'finished', 'invalid-output', []],
        ['a/x', 'finished', 'invalid-output', []],
        ['b/y', 'finished', 'invalid-output', ['title']],
        ['b/y', 'finished', 'invalid-output', ['title']],
      ]);
      expect([LlmError.is(error, 'invalid-output'), LlmError.is(error, 'auth')]).toEqual([true, false]);
    },
  );

  it.each([
    ['a/x,b/y', ['b/y: not-found']],
    ['a/x,b/y,c/z', ['b/y: not-found', 'c/z: not-found']],
  ])('fails in %s: the error is exhausted and names all targets', async (spec, others) => {
    const { majordomo } = world({
      'a/x': [invalidJson],
      'b/y': [{ fail: 'not-found' }],
      'c/z': [{ fail: 'not-found' }],
    });
    const error = await failure(majordomo.model(spec).generateObject({ messages, output: Soup }));
    expect(error.kind).toBe('exhausted');
    for (const part of ['a/x: invalid-output', ...others]) expect(error.message).toContain(part);
    expect(error.details.attempts).toHaveLength(2 + others.length);
  });

  it.each([
    ['an error that ends a chain', { fail: 'auth' as const }, 'auth'],
    ['an incomplete answer', { text: '{', reason: 'length' as const }, 'truncated'],
  ])('fails with %s: the error is that of the target', async (_name, turn, kind) => {
    const { majordomo } = world({ 'a/x': [invalidJson], 'b/y': [turn] });
    const error = await failure(majordomo.model('a/x,b/y').generateObject({ messages, output: Soup }));
    expect([error.kind, error.details.target, error.details.attempts.length]).toEqual([kind, 'b/y', 3]);
  });
});

describe('an answer that a second round would not improve', () => {
  it.each([
    ['length', 'truncated', undefined, '{"title":"So'],
    ['content-filter', 'content-filter', 'content-filter', 'I may not'],
    ['refusal', 'content-filter', 'refusal', 'I will not'],
  ] as const)('finishes with %s: %s, with the text as partial', async (reason, kind, code, text) => {
    const { model, requestCounts } = setUp([{ text, reason }]);
    const error = await failure(model.generateObject({ messages, output: Soup }));
    const { partial, attempts, target } = error.details;
    expect([error.kind, error.details.code, partial?.text]).toEqual([kind, code, text]);
    expect([target, attempts.length]).toEqual(['a/x', 1]);
    expect(requestCounts.get('a/x')).toBe(1);
  });

  it('with tool calls is an error', async () => {
    const { model } = setUp([{ calls: [{ id: '1', name: 'look', json: '{}' }] }]);
    const tools = [{ name: 'look', description: 'Looks', parameters: { type: 'object' } }];
    const error = await failure(model.generateObject({ messages, output: Soup, tools }));
    expect([error.kind, error.message]).toEqual([
      'invalid-output',
      'a/x called tools instead of answering: look',
    ]);
  });
});

describe('roots and references', () => {
  const schemaSent = async (output: z.ZodType, answer: string) => {
    let schema: JsonObject | undefined;
    const { model } = setUp([(request) => ((schema = request.output?.schema), answer)]);
    const { value } = await model.generateObject({ messages, output });
    return { schema, value };
  };

  it.each(['{"value":[1,2]}', '[1,2]', 'Here: [1,2].'])(
    'wraps a list for the wire and takes %s',
    async (answer) => {
      const { schema, value } = await schemaSent(z.array(z.number()), answer);
      expect(schema).toEqual({
        type: 'object',
        properties: { value: { type: 'array', items: { type: 'number' } } },
        required: ['value'],
        additionalProperties: false,
      });
      expect(value).toEqual([1, 2]);
    },
  );

  it('wraps a union of objects', async () => {
    const output = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b') }),
    ]);
    const { schema, value } = await schemaSent(output, '{"value":{"kind":"b"}}');
    expect(schema?.['type']).toBe('object');
    expect(value).toEqual({ kind: 'b' });
  });

  it('does not unwrap an object with a member named value', async () => {
    expect((await schemaSent(z.object({ value: z.number() }), '{"value":1}')).value).toEqual({ value: 1 });
  });

  it('sends a recursive schema by reference', async () => {
    const Node = z.object({
      name: z.string(),
      get children() {
        return z.array(Node);
      },
    });
    const answer = '{"name":"a","children":[{"name":"b","children":[]}]}';
    const { schema, value } = await schemaSent(Node, answer);
    expect(JSON.stringify(schema)).toContain('"$ref":"#"');
    expect(value).toEqual(JSON.parse(answer));
  });

  it('moves the references of a wrapped recursive schema into the wrapper', async () => {
    const output: JsonObject = { type: 'array', items: { anyOf: [{ type: 'number' }, { $ref: '#' }] } };
    let schema: JsonObject | undefined;
    const { model } = setUp([
      (request) => ((schema = request.output?.schema), '{"value":[1,[2,["no"]]]}'),
      '{"value":[1,[2,[3]]]}',
    ]);
    const { value } = await model.generateObject({ messages, output });
    expect(schema?.['properties']).toEqual({
      value: { type: 'array', items: { anyOf: [{ type: 'number' }, { $ref: '#/properties/value' }] } },
    });
    expect(value).toEqual([1, [2, [3]]]);
  });
});

describe('the output mode depends on the target', () => {
  const calls = [{ id: '1', name: 'answer', json: validJson }];

  it('native, forced tool and instruction in one chain', async () => {
    const receivedRequests: ChatRequest[] = [];
    const { majordomo } = world(
      {
        'a/native': [{ capabilities: { output: 'native' }, fail: 'invalid-output' }],
        'b/tool': [{ capabilities: { output: 'tool' }, fail: 'not-found' }],
        'c/instruct': [{ capabilities: { output: 'instruct' }, text: validJson }],
      },
      {
        onEvent: () => undefined,
        gates: [{ name: 'spy', admit: ({ request }) => void receivedRequests.push(request as never) }],
      },
    );
    const response = await majordomo
      .model('a/native,b/tool,c/instruct')
      .generateObject({ messages, output: Soup });
    expect(response.value).toEqual({ title: 'Soup' });
    expect(
      receivedRequests.map(({ output, tools, system }) => [
        output !== undefined,
        tools?.length,
        system !== undefined,
      ]),
    ).toEqual([
      [true, 0, false],
      [false, 1, false],
      [false, 0, true],
    ]);
    expect(response.warnings).toEqual([
      {
        action: 'emulated',
        what: 'output',
        why: 'the model has no native schemas: an instruction replaces the schema',
      },
    ]);
  });

  it('a forced tool call becomes the answer, with one warning after two rounds', async () => {
    const capabilities = { output: 'tool' } as const;
    const { model } = setUp([
      { capabilities, calls: [{ id: '1', name: 'answer', json: invalidJson }] },
      { capabilities, calls },
    ]);
    const response = await model.generateObject({ messages, output: Soup });
    expect([response.value, response.text, response.finish]).toEqual([{ title: 'Soup' }, validJson, 'stop']);
    expect(response.warnings.map(({ action }) => action)).toEqual(['emulated', 'repaired']);
  });

  it('an image and a schema in a chain of a text model and an image model', async () => {
    const { majordomo } = world({
      'a/blind': [{ capabilities: { images: false }, text: validJson }],
      'b/seeing': [{ capabilities: { output: 'instruct' }, text: validJson }],
    });
    const request = { messages: [user('what is it?', image(new Uint8Array([1])))], output: Soup };
    const response = await majordomo.model('a/blind,b/seeing').generateObject(request);
    expect([response.target, response.value]).toEqual(['b/seeing', { title: 'Soup' }]);
  });

  it('a target without any mode is skipped', async () => {
    const { majordomo } = world({ 'a/no': [{ capabilities: { output: false } }], 'b/y': [validJson] });
    expect((await majordomo.model('a/no,b/y').generateObject({ messages, output: Soup })).target).toBe('b/y');
  });
});

it('reports a validator that throws as a config error', async () => {
  const output = z.object({
    title: z.string().refine(() => {
      throw new TypeError('bug');
    }),
  });
  const error = await failure(setUp([validJson]).model.generateObject({ messages, output }));
  expect(error.kind).toBe('config');
  expect(error.cause).toBeInstanceOf(TypeError);
});

it('rejects a schema without JSON Schema before any call', async () => {
  const { model, requestCounts } = setUp([validJson]);
  const error = await failure(
    model.generateObject({ messages, output: v.object({ title: v.string() }) as never }),
  );
  expect(LlmError.is(error, 'invalid-request')).toBe(true);
  expect(requestCounts.size).toBe(0);
});
