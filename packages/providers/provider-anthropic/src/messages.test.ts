import { lacksThinking } from '@majordomo/claude';
import { assistant, file, image, toolResult, user } from '@majordomo/core';
import type { AssistantPart, JsonObject, TurnMessage, Warning } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isResult, isThinking } from './blocks.ts';
import { dropFinalThinking, toMessages, type WireMessage } from './messages.ts';

const wire = (messages: readonly TurnMessage[]): WireMessage[] => toMessages(messages, 'claude', []);

const call = (id: string, args = {}): AssistantPart => ({ type: 'tool-call', id, name: 'get', args });
const thinkingPart = (text: string, data: { signature: string } | { redacted: string }): AssistantPart => ({
  type: 'reasoning',
  text,
  replay: { family: 'claude', data },
});
const use = (id: string) => ({ type: 'tool_use', id, name: 'get', input: {} });
const result = (id: string, text: string) => ({
  type: 'tool_result',
  tool_use_id: id,
  content: [{ type: 'text', text }],
});
const text = (value: string) => ({ type: 'text', text: value });

const cases: readonly (readonly [string, readonly TurnMessage[], readonly object[]])[] = [
  ['text as a list of blocks', [user('hi')], [{ role: 'user', content: [text('hi')] }]],
  [
    'consecutive messages of a role as one',
    [user('a'), user('b'), assistant('c'), assistant('d'), user('e')],
    [
      { role: 'user', content: [text('a'), text('b')] },
      { role: 'assistant', content: [text('c'), text('d')] },
      { role: 'user', content: [text('e')] },
    ],
  ],
  [
    'results of several messages and the text after them as one user message',
    [
      user('go'),
      assistant([call('t1'), call('t2')]),
      toolResult({ callId: 't1', name: 'get', content: 'one' }),
      toolResult({ callId: 't2', name: 'get', content: 'two' }),
      user('and?'),
    ],
    [
      { role: 'user', content: [text('go')] },
      { role: 'assistant', content: [use('t1'), use('t2')] },
      { role: 'user', content: [result('t1', 'one'), result('t2', 'two'), text('and?')] },
    ],
  ],
  [
    'results before a text between call and result',
    [
      user('go'),
      assistant([call('t1')]),
      user('hurry'),
      toolResult({ callId: 't1', name: 'get', content: 'one' }),
    ],
    [
      { role: 'user', content: [text('go')] },
      { role: 'assistant', content: [use('t1')] },
      { role: 'user', content: [result('t1', 'one'), text('hurry')] },
    ],
  ],
  [
    'a transcript without empty text and empty messages',
    [user('a', '', ' \n'), assistant([{ type: 'text', text: '\n\n' }]), user('b'), user('')],
    [{ role: 'user', content: [text('a'), text('b')] }],
  ],
  [
    'a result without content unchanged',
    [user('go'), assistant([call('t1')]), toolResult({ callId: 't1', name: 'get', content: ' ' })],
    [
      { role: 'user', content: [text('go')] },
      { role: 'assistant', content: [use('t1')] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1' }] },
    ],
  ],
  [
    'a failed result with its flag and non-empty text, and its image after the results',
    [
      user('go'),
      assistant([call('t1'), call('t2')]),
      toolResult([
        { callId: 't1', name: 'get', content: [image(new Uint8Array([1, 2, 3]))], isError: true },
        { callId: 't2', name: 'get', content: [image(new Uint8Array([4]))] },
      ]),
    ],
    [
      { role: 'user', content: [text('go')] },
      { role: 'assistant', content: [use('t1'), use('t2')] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: [text('error')], is_error: true },
          { type: 'tool_result', tool_use_id: 't2', content: [imageBlock('BA==')] },
          imageBlock('AQID'),
        ],
      },
    ],
  ],
  [
    'a document in a result, and after a failed result',
    [
      user('go'),
      assistant([call('t1'), call('t2')]),
      toolResult([
        { callId: 't1', name: 'get', content: [file(new Uint8Array([4]), 'application/pdf', 'a.pdf')] },
        { callId: 't2', name: 'get', content: [file(new Uint8Array([4]), 'application/pdf')], isError: true },
      ]),
    ],
    [
      { role: 'user', content: [text('go')] },
      { role: 'assistant', content: [use('t1'), use('t2')] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: [{ ...pdfBlock('BA=='), title: 'a.pdf' }] },
          { type: 'tool_result', tool_use_id: 't2', content: [text('error')], is_error: true },
          pdfBlock('BA=='),
        ],
      },
    ],
  ],
  [
    'images and documents as base64, plain text as text',
    [
      user(
        image(new Uint8Array([1, 2, 3]), 'image/jpeg'),
        file(new Uint8Array([4]), 'application/pdf', 'a.pdf'),
        file(new TextEncoder().encode('Grüße'), 'text/markdown'),
      ),
    ],
    [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AQID' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'BA==' },
            title: 'a.pdf',
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
        ],
      },
    ],
  ],
  [
    'thinking with its signature and redacted thinking as its data',
    [
      user('go'),
      assistant([
        thinkingPart('hm', { signature: 'sig' }),
        thinkingPart('', { redacted: 'xxx' }),
        call('t1'),
      ]),
      user('x'),
    ],
    [
      { role: 'user', content: [text('go')] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'redacted_thinking', data: 'xxx' },
          use('t1'),
        ],
      },
      { role: 'user', content: [text('x')] },
    ],
  ],
  [
    'a leading assistant message with a user message before it, and a prefill without its trailing space',
    [assistant('once '), assistant('upon \n')],
    [
      { role: 'user', content: [text('(The conversation so far.)')] },
      { role: 'assistant', content: [text('once '), text('upon')] },
    ],
  ],
];

function pdfBlock(data: string): object {
  return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data } };
}

function imageBlock(data: string): object {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}

describe('toMessages', () => {
  it.for(cases)('converts %s', ([, messages, expected]) => {
    expect(wire(messages)).toEqual(expected);
  });

  it('maps the id of a call and its result', () => {
    const id = 'call_1|fc_2';
    const wireMessages = wire([
      user('go'),
      assistant([call(id)]),
      toolResult({ callId: id, name: 'get', content: 'one' }),
    ]);
    const [toolUse] = wireMessages[1]?.content ?? [];
    const [toolResultBlock] = wireMessages[2]?.content ?? [];
    expect(toolUse).toMatchObject({
      type: 'tool_use',
      id: expect.stringMatching(/^[a-zA-Z0-9_-]+$/) as string,
    });
    expect(toolResultBlock).toMatchObject({
      type: 'tool_result',
      tool_use_id: toolUse?.type === 'tool_use' ? toolUse.id : '',
    });
  });

  it('drops unsigned thinking with one warning', () => {
    const otherFamily = { type: 'reasoning', text: 'x', replay: { family: 'gemini/3', data: 'y' } } as const;
    const unsigned = { type: 'reasoning', text: 'x' } as const;
    const warnings: Warning[] = [];
    const wireMessages = toMessages(
      [user('a'), assistant([otherFamily, unsigned, { type: 'text', text: 'b' }]), user('c')],
      'claude',
      warnings,
    );
    expect(wireMessages[1]?.content).toEqual([text('b')]);
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'reasoning of earlier turns' }]);
  });

  it.for([
    [image(new Uint8Array([1]), 'image/heic'), 'image/heic'],
    [file(new Uint8Array([1]), 'application/zip'), 'application/zip'],
  ] as const)('rejects unsupported content', ([part, named]) => {
    expect(() => wire([user(part)])).toThrow(named);
  });

  it('does not change a frozen transcript', () => {
    const frozen = Object.freeze([Object.freeze(user('a')), Object.freeze(assistant('b '))]);
    expect(() => wire(frozen)).not.toThrow();
    expect(frozen[1]?.parts).toEqual([text('b ')]);
  });

  const turn = fc.record({
    question: fc.string({ minLength: 1 }).filter((value) => value.trim() !== ''),
    calls: fc.array(fc.record({ id: fc.string(), answer: fc.string(), isError: fc.boolean() }), {
      maxLength: 3,
    }),
    reply: fc.string({ minLength: 1 }).filter((value) => value.trim() !== ''),
  });
  const messagesOf = (
    turns: readonly (typeof turn extends fc.Arbitrary<infer T> ? T : never)[],
  ): TurnMessage[] =>
    turns.flatMap(({ question, calls, reply }) => [
      user(question),
      ...(calls.length === 0
        ? []
        : [
            assistant([thinkingPart('t', { signature: 's' }), ...calls.map(({ id }) => call(id))]),
            toolResult(
              calls.map(({ id, answer, isError }) => ({ callId: id, name: 'get', content: answer, isError })),
            ),
          ]),
      assistant(reply),
    ]);

  it('sends each turn as a byte prefix of the next one', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 2, maxLength: 6 }), (turns) => {
        const before = JSON.stringify(wire([...messagesOf(turns.slice(0, -1)), user('next')]));
        const after = JSON.stringify(
          wire([
            ...messagesOf(turns.slice(0, -1)),
            user('next'),
            ...messagesOf(turns.slice(-1)),
            user('last'),
          ]),
        );
        expect(after.startsWith(before.slice(0, -3))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('alternates roles and pairs calls with results for any transcript', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 6 }), (turns) => {
        const wireMessages = wire(messagesOf(turns));
        wireMessages.forEach(({ role }, at) => {
          expect(role).toBe(at % 2 === 0 ? 'user' : 'assistant');
        });
        const blocks = wireMessages.flatMap(({ content }) => content);
        const callIds = blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
        const resultIds = blocks.flatMap((block) =>
          block.type === 'tool_result' ? [block.tool_use_id] : [],
        );
        expect(resultIds).toEqual(callIds);
        for (const id of callIds) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('lacksThinking', () => {
  const thinking = thinkingPart('t', { signature: 's' });
  const results = toolResult({ callId: 't1', name: 'get', content: 'one' });
  it.for([
    ['a plain question', [user('a')], false],
    ['a turn that starts with thinking', [user('a'), assistant([thinking, call('t1')]), results], false],
    ['a turn that starts without thinking', [user('a'), assistant([call('t1')]), results], true],
    [
      'a turn that starts with thinking and continues without it',
      [user('a'), assistant([thinking, call('t1')]), results, assistant([call('t2')]), results],
      false,
    ],
    [
      'a turn that starts without thinking and continues with it',
      [user('a'), assistant([call('t1')]), results, assistant([thinking, call('t2')]), results],
      true,
    ],
    [
      'a completed turn without thinking',
      [user('a'), assistant([call('t1')]), results, assistant('b'), user('c')],
      false,
    ],
  ] as const)('evaluates %s', ([, messages, expected]) => {
    expect(lacksThinking(wire(messages), { isThinking, isResult })).toBe(expected);
  });
});

describe('dropFinalThinking', () => {
  it('changes only the last assistant message', () => {
    const thinking = thinkingPart('t', { signature: 's' });
    const messages = wire([
      user('a'),
      assistant([thinking, { type: 'text', text: 'b' }]),
      user('c'),
      assistant([thinking, { type: 'text', text: 'd' }]),
    ]);
    dropFinalThinking(messages);
    expect(messages.map(({ content }) => content.map(({ type }) => type))).toEqual([
      ['text'],
      ['thinking', 'text'],
      ['text'],
      ['text'],
    ]);
  });

  it('drops a message that contains only thinking', () => {
    const messages = wire([user('a'), assistant([thinkingPart('t', { signature: 's' })])]);
    dropFinalThinking(messages);
    expect(messages).toHaveLength(1);
  });
});

it('sends vendor blocks back unchanged, and calls with their caller', () => {
  const block = { type: 'web_search_tool_result', tool_use_id: 's', content: [{ encrypted_content: 'x' }] };
  const caller = { type: 'code_execution_20260120', tool_id: 's' };
  const citation = { type: 'web_search_result_location', url: 'https://a.example', encrypted_index: 'e' };
  const token = (data: object) => ({ replay: { family: 'claude', data: data as JsonObject } });
  const parts: AssistantPart[] = [
    { type: 'vendor', kind: 'web_search_tool_result', ...token({ messages: block }) },
    { type: 'text', text: 'found', ...token({ cited: [citation] }) },
    { type: 'tool-call', id: 't', name: 'get', args: {}, ...token({ caller }) },
  ];
  const turns = [user('hi'), assistant(parts), toolResult({ callId: 't', name: 'get', content: 'r' })];
  const warnings: Warning[] = [];
  expect(toMessages(turns, 'claude', warnings)[1]?.content).toEqual([
    block,
    { type: 'text', text: 'found', citations: [citation] },
    { type: 'tool_use', id: 't', name: 'get', input: {}, caller },
  ]);
  expect(warnings).toEqual([]);
  expect(toMessages(turns, 'messages/elsewhere', warnings)[1]?.content).toEqual([
    { type: 'text', text: 'found' },
    { type: 'tool_use', id: 't', name: 'get', input: {} },
  ]);
});
