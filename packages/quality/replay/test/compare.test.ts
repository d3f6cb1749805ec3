import { user, type AssistantPart, type ChatRequest, type JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { compareAnswers } from '../src/compare/compare.ts';
import { differingPaths } from '../src/compare/differing-paths.ts';
import type { AnswerContent } from '../src/traffic/answer.ts';

const MAIL = {
  name: 'mail',
  description: 'Sends a mail.',
  parameters: {
    type: 'object',
    properties: {
      to: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      at: { type: 'string', format: 'date-time' },
      urgent: { type: 'boolean', default: false },
      tags: { $ref: '#/$defs/tags' },
      who: {
        type: 'array',
        uniqueItems: true,
        items: { type: 'object', properties: { role: { type: 'string', default: 'to' } } },
      },
      limit: { anyOf: [{ type: 'null' }, { type: 'object', properties: { most: { default: 5 } } }] },
      shape: {
        oneOf: [
          { properties: { type: { const: 'a' }, size: { default: 1 } } },
          { properties: { type: { const: 'b' } } },
        ],
      },
      pair: { type: 'array', prefixItems: [{ properties: { x: { default: 0 } } }] },
      loop: { $ref: '#/$defs/loop' },
      color: { $ref: '#/$defs/color', default: 'red' },
    },
    required: ['to'],
    $defs: {
      tags: { type: 'array', uniqueItems: true },
      loop: { $ref: '#/$defs/loop' },
      color: { type: 'string' },
    },
  },
} as const;
const FIND = {
  name: 'find',
  description: 'Finds something.',
  parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
} as const;
const REQUEST: ChatRequest = { messages: [user('hello')], tools: [MAIL, FIND] };

const content = (...parts: AssistantPart[]): AnswerContent => ({
  parts,
  finish: parts.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop',
  target: 'a/b',
  usage: undefined,
});
const say = (text: string): AnswerContent => content({ type: 'text', text });
const call = (name: string, args: JsonObject): AssistantPart => ({
  type: 'tool-call',
  id: `${name}1`,
  name,
  args,
});
const mail = (args: JsonObject): AssistantPart => call('mail', { to: ['a', 'b'], ...args });

const compared = (
  recorded: AnswerContent,
  response: AnswerContent,
  request: ChatRequest = REQUEST,
  sameArgument?: () => boolean | undefined,
): ReturnType<typeof compareAnswers> =>
  compareAnswers({ request, recorded, changed: request, response, error: undefined, sameArgument });

const image = (byte: number): AssistantPart => ({
  type: 'image',
  mediaType: 'image/png',
  bytes: new Uint8Array([1, byte]),
});

it.each<readonly [what: string, recorded: AnswerContent, answer: AnswerContent, differences: string[]]>([
  ['equal images', content(image(1)), content(image(1)), []],
  ['another image', content(image(1)), content(image(2)), ['other image']],
  ['no image', content(image(1)), content(), ['missing image']],
  ['one more image', content(image(1)), content(image(1), image(2)), ['additional image']],
  [
    'another image and a call',
    content(image(1), call('find', { q: 'x' })),
    content(image(2), call('find', { q: 'x' })),
    ['other image'],
  ],
])('answers with equal texts and %s', async (_what, recorded, answer, differences) => {
  const text = { type: 'text', text: 'Here it is.' } as const;
  const outcome = await compared(
    { ...recorded, parts: [text, ...recorded.parts] },
    { ...answer, parts: [text, ...answer.parts] },
  );
  expect(outcome.differences).toEqual(differences);
  expect(outcome.score).toBe(differences.length === 0 ? 0 : undefined);
});

describe('arguments by the schema of a tool', () => {
  it.each<readonly [what: string, a: unknown, b: unknown, paths: readonly string[]]>([
    ['members in another order', { to: ['a'], urgent: true }, { urgent: true, to: ['a'] }, []],
    ['an absent member and its default', { to: ['a'] }, { to: ['a'], urgent: false }, []],
    ['another value than the default', { to: ['a'] }, { to: ['a'], urgent: true }, ['/urgent']],
    ['a set in another order', { to: ['a', 'b'] }, { to: ['b', 'a'] }, []],
    ['a set by reference', { to: [], tags: [1, 2] }, { to: [], tags: [2, 1] }, []],
    ['an absent member with a default next to a reference', { to: [] }, { to: [], color: 'red' }, []],
    ['equal times', { to: [], at: '2026-01-01T00:00:00Z' }, { to: [], at: '2026-01-01T01:00:00+01:00' }, []],
    ['other times', { to: [], at: '2026-01-01T00:00:00Z' }, { to: [], at: '2026-01-01T00:00:01Z' }, ['/at']],
    ['other members of a set', { to: ['a'] }, { to: ['c'] }, ['/to']],
    ['an array of another length', { to: [], x: [1] }, { to: [], x: [1, 2] }, ['/x']],
    ['an item at a depth', { to: [], x: [{ y: 1 }] }, { to: [], x: [{ y: 2 }] }, ['/x/0/y']],
    ['a name with a slash', { to: [], 'a/b~': 1 }, { to: [], 'a/b~': 2 }, ['/a~1b~0']],
    ['numbers by value', { to: [], x: 1 }, { to: [], x: 1.0 }, []],
    ['a negative zero', { to: [], x: -0 }, { to: [], x: 0 }, []],
    ['an absent member without a default and null', { to: [] }, { to: [], x: null }, []],
    ['null and the default', { to: [], urgent: null }, { to: [] }, ['/urgent']],
    ['null and the value of the default', { to: [], urgent: null }, { to: [], urgent: false }, ['/urgent']],
    ['dates without a time zone', { to: [], at: '2026-01-01' }, { to: [], at: '2026' }, ['/at']],
    [
      'times below a millisecond',
      { to: [], at: '2026-01-01T00:00:00.0001Z' },
      { to: [], at: '2026-01-01T00:00:00Z' },
      ['/at'],
    ],
    ['names of a prototype', { to: [] }, { to: [], constructor: null }, []],
    [
      'a set of objects with defaults',
      { to: [], who: [{ id: 1 }] },
      { to: [], who: [{ id: 1, role: 'to' }] },
      [],
    ],
    [
      'a set of objects in another order',
      { to: [], who: [{ id: 1 }, { id: 2, role: 'cc' }] },
      {
        to: [],
        who: [
          { id: 2, role: 'cc' },
          { id: 1, role: 'to' },
        ],
      },
      [],
    ],
    ['a default in an alternative', { to: [], limit: {} }, { to: [], limit: { most: 5 } }, []],
    [
      'another value in an alternative',
      { to: [], limit: {} },
      { to: [], limit: { most: 6 } },
      ['/limit/most'],
    ],
    [
      'an alternative by its constant',
      { to: [], shape: { type: 'b' } },
      { to: [], shape: { type: 'b', size: 1 } },
      ['/shape/size'],
    ],
    ['an item by its position', { to: [], pair: [{}] }, { to: [], pair: [{ x: 0 }] }, []],
    ['a schema that refers to itself', { to: [], loop: { a: 1 } }, { to: [], loop: { a: 2 } }, ['/loop/a']],
  ])('compares %s', (_what, a, b, paths) => {
    expect(differingPaths(a, b, { schema: MAIL.parameters })).toEqual(paths);
  });

  it('are compared by the application first', async () => {
    const outcome = await compared(
      content(call('find', { q: 'a' })),
      content(call('find', { q: 'b' })),
      REQUEST,
      () => true,
    );
    expect(outcome).toMatchObject({ score: 0, by: 'equal', divergences: [] });
  });

  it('that are nested too deeply differ as a whole', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown;
    expect(differingPaths({ to: deep }, { to: [] }, { schema: MAIL.parameters })).toEqual(['']);
  });

  it('shortens paths, because a model chooses the names of members', () => {
    const [path] = differingPaths({ ['x'.repeat(5_000_000)]: 1 }, {}, { schema: {} });
    expect(path).toBe(`/${'x'.repeat(199)}…`);
  });
});

describe('tool calls', () => {
  const find = (q: string): AssistantPart => call('find', { q });
  it.each<
    readonly [what: string, recorded: AnswerContent, answer: AnswerContent, divergences: readonly object[]]
  >([
    ['equal calls in another order', content(mail({}), find('x')), content(find('x'), mail({})), []],
    [
      'other arguments',
      content(find('x')),
      content(find('y')),
      [{ type: 'other-arguments', tool: 'find', paths: ['/q'] }],
    ],
    ['another tool', content(find('x')), content(mail({})), [{ type: 'other-tool', tool: 'mail' }]],
    [
      'a missing call',
      content(find('x'), mail({})),
      content(find('x')),
      [{ type: 'missing-call', tool: 'mail' }],
    ],
    [
      'an additional call',
      content(find('x')),
      content(find('x'), find('y')),
      [{ type: 'additional-call', tool: 'find' }],
    ],
    [
      'an answer instead of a call',
      content(find('x')),
      say('done'),
      [{ type: 'answer-instead-of-call', tool: 'find' }],
    ],
    [
      'a call instead of an answer',
      say('done'),
      content(find('x')),
      [{ type: 'call-instead-of-answer', tool: 'find' }],
    ],
  ])('with %s are a named divergence without a score', async (_what, recorded, answer, divergences) => {
    const outcome = await compared(recorded, answer);
    expect(outcome.divergences).toEqual(divergences);
    expect(outcome.score).toBe(divergences.length === 0 ? 0 : undefined);
  });

  it('that repeat a call of the transcript are named', async () => {
    const request = {
      ...REQUEST,
      messages: [user('hello'), { role: 'assistant', parts: [find('y')] } as const, user('go on')],
    };
    const outcome = await compared(content(find('x')), content(find('x'), find('y')), request);
    expect(outcome.divergences).toEqual([{ type: 'repeated-call', tool: 'find' }]);
  });

  it.each<readonly [what: string, part: AssistantPart, type: string]>([
    ['of an unknown tool', call('other', {}), 'unknown-tool'],
    ['with arguments outside the schema', call('find', { q: 1 }), 'invalid-arguments'],
    [
      'with incomplete arguments',
      { type: 'tool-call', id: '1', name: 'find', args: {}, invalid: { raw: '{"q":' } },
      'invalid-arguments',
    ],
  ])('%s are worse', async (_what, part, type) => {
    const outcome = await compared(content(find('x')), content(part));
    expect(outcome).toMatchObject({ score: -1, by: 'format', failure: 'format' });
    expect(outcome.divergences[0]).toMatchObject({ type });
  });
});

describe('answers', () => {
  const typed: ChatRequest = {
    messages: [user('hello')],
    output: {
      type: 'object',
      properties: { total: { type: 'number' }, lines: { type: 'array' } },
      required: ['total'],
    },
  };
  it.each<
    readonly [
      what: string,
      recorded: AnswerContent,
      answer: AnswerContent,
      request: ChatRequest,
      outcome: object,
    ]
  >([
    ['equal up to spaces', say('a  b\n'), say('a b'), REQUEST, { score: 0, by: 'equal' }],
    [
      'in other words',
      say('yes, of course'),
      say('yes, indeed it is'),
      REQUEST,
      { score: undefined, differences: ['other words'] },
    ],
    [
      'that are much shorter',
      say('yes and the rest of it'),
      say('yes'),
      REQUEST,
      { differences: ['shorter than half'] },
    ],
    [
      'in another language',
      say('the answer is yes and not no'),
      say('die Antwort ist ja und nicht nein'),
      REQUEST,
      { differences: ['answered in de'] },
    ],
    [
      'that are equal JSON',
      say('{"total":1,"lines":[]}'),
      say('{ "lines": [], "total": 1 }'),
      typed,
      { score: 0 },
    ],
    [
      'with another field',
      say('{"total":1}'),
      say('{"total":2}'),
      typed,
      { score: undefined, differences: ['field /total differs'] },
    ],
    [
      'that fit no schema',
      say('{"total":1}'),
      say('{"total":"2"}'),
      typed,
      { score: -1, by: 'format', failure: 'format' },
    ],
    [
      'where only the recorded one fits no schema',
      say('no'),
      say('{"total":2}'),
      typed,
      { score: 1, by: 'format' },
    ],
    [
      'that are refused',
      say('a'),
      { ...say('b'), finish: 'refusal' },
      REQUEST,
      { score: -1, by: 'failure', failure: 'refusal' },
    ],
    [
      'that are both cut',
      { ...say('a'), finish: 'length' },
      { ...say('b'), finish: 'length' },
      REQUEST,
      { score: 0, by: 'failure' },
    ],
  ])('%s are compared', async (_what, recorded, answer, request, outcome) => {
    expect(await compared(recorded, answer, request)).toMatchObject(outcome);
  });
});
