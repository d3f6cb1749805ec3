import type { AssistantPart, JsonObject, ModelRequest, Replay, TurnMessage, Warning } from '@majordomo/core';
import { assistant, file, image, toolResult, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { InputItem } from './blocks.ts';
import { itemsToWire } from './messages.ts';
import { OPENAI_RESPONSES_QUIRKS, type ResponsesQuirks } from './quirks.ts';

const FAMILY = 'openai@https://here#p';
const token = (data: JsonObject, family = FAMILY): { replay: Replay } => ({ replay: { family, data } });
const bytes = new Uint8Array([1, 2, 3]);

const outputMessage = (text: string, id?: object): object => ({
  type: 'message',
  role: 'assistant',
  ...id,
  content: [{ type: 'output_text', text }],
});
const userMessage = (...content: object[]): object => ({ type: 'message', role: 'user', content });
const inputText = (text: string): object => ({ type: 'input_text', text });
const callItem = (id: string, args = '{}'): object => ({
  type: 'function_call',
  call_id: id,
  name: 'f',
  arguments: args,
});
const resultItem = (id: string, output: unknown): object => ({
  type: 'function_call_output',
  call_id: id,
  output,
});
const callPart = (id: string, replay?: { replay: Replay }): AssistantPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  args: {},
  ...replay,
});
const reasoningPart = (data: JsonObject, family?: string): AssistantPart => ({
  type: 'reasoning',
  text: 'hm',
  ...token(data, family),
});
const secret = { id: 'rs_1', encrypted_content: 'abc', summary: [{ type: 'summary_text', text: 'hm' }] };
const toolTurn = (id: string, content: Parameters<typeof toolResult>[0] | string): TurnMessage =>
  typeof content === 'string' ? toolResult({ callId: id, name: 'f', content }) : toolResult(content);

function convert(
  messages: readonly TurnMessage[],
  overrides: Partial<ResponsesQuirks> = {},
  extra: JsonObject = {},
): { items: InputItem[]; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const request: ModelRequest = { messages, tools: [], output: undefined, extra };
  return {
    items: itemsToWire(request, { ...OPENAI_RESPONSES_QUIRKS, ...overrides }, FAMILY, warnings),
    warnings,
  };
}

it('sends a call with its namespace and a valid name', () => {
  const namespacedCall = { ...callPart('a', token({ id: 'fc_1', namespace: 'crm' })), name: '$find.it' };
  const items = itemsToWire(
    { messages: [assistant([namespacedCall])], tools: [], output: undefined, extra: {} },
    OPENAI_RESPONSES_QUIRKS,
    FAMILY,
    [],
  );
  expect(items).toMatchObject([{ type: 'function_call', id: 'fc_1', name: '_find_it', namespace: 'crm' }]);
});

describe('itemsToWire', () => {
  it.each<[string, readonly TurnMessage[], readonly object[]]>([
    ['a question', [user('hi')], [userMessage(inputText('hi'))]],
    [
      'text, an image and a file',
      [user('see', image(bytes, 'image/png'), file(bytes, 'application/pdf', 'a.pdf'))],
      [
        userMessage(
          inputText('see'),
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AQID' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQID' },
        ),
      ],
    ],
    ['a text response', [user('hi'), assistant('yes')], [userMessage(inputText('hi')), outputMessage('yes')]],
    [
      'a response of this model, with its id and phase',
      [assistant([{ type: 'text', text: 'yes', ...token({ id: 'msg_1', phase: 'final_answer' }) }])],
      [outputMessage('yes', { id: 'msg_1', status: 'completed', phase: 'final_answer' })],
    ],
    [
      'an id of another format, which the API rejects',
      [assistant([{ type: 'text', text: 'yes', ...token({ id: 'xyz' }) }])],
      [outputMessage('yes')],
    ],
    [
      'a call and its result',
      [assistant([callPart('call_1', token({ id: 'fc_1' }))]), toolTurn('call_1', 'ok')],
      [{ ...callItem('call_1'), id: 'fc_1', status: 'completed' }, resultItem('call_1', 'ok')],
    ],
    [
      'parallel calls',
      [
        assistant([callPart('a'), callPart('b')]),
        toolResult([
          { callId: 'a', name: 'f', content: '1' },
          { callId: 'b', name: 'f', content: '2', isError: true },
        ]),
      ],
      [callItem('a'), callItem('b'), resultItem('a', '1'), resultItem('b', 'ERROR: 2')],
    ],
    [
      'ids in joined form, which are mapped alike in call and result',
      [assistant([callPart('call_1|fc_1')]), toolTurn('call_1|fc_1', 'ok')],
      [
        callItem(expect.stringMatching(/^[a-z0-9]{24}$/) as string),
        resultItem(expect.stringMatching(/^[a-z0-9]{24}$/) as string, 'ok'),
      ],
    ],
    [
      'reasoning of this model before its item, without its id',
      [assistant([reasoningPart(secret), callPart('a')])],
      [{ type: 'reasoning', summary: secret.summary, encrypted_content: 'abc' }, callItem('a')],
    ],
    [
      'only reasoning of this model, which requires an item after it',
      [assistant([reasoningPart(secret)]), user('go on')],
      [
        { type: 'reasoning', summary: secret.summary, encrypted_content: 'abc' },
        outputMessage(''),
        userMessage(inputText('go on')),
      ],
    ],
    [
      'the same reasoning twice, and one that was never finished',
      [
        assistant([
          reasoningPart(secret),
          reasoningPart(secret),
          reasoningPart({ ...secret, id: 'rs_tmp_2' }),
          callPart('a'),
        ]),
      ],
      [{ type: 'reasoning', summary: secret.summary, encrypted_content: 'abc' }, callItem('a')],
    ],
    [
      "another issuer's reasoning and ids",
      [
        assistant([
          reasoningPart(secret, 'openai@https://there#p'),
          callPart('a', token({ id: 'fc_1' }, 'xai@x#y')),
        ]),
      ],
      [callItem('a')],
    ],
    [
      'a result with an image',
      [
        assistant([callPart('a')]),
        toolTurn('a', [{ callId: 'a', name: 'f', content: [{ type: 'text', text: 'see' }, image(bytes)] }]),
      ],
      [
        callItem('a'),
        resultItem('a', [
          inputText('see'),
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AQID' },
        ]),
      ],
    ],
  ])('%s', (_name, messages, expected) => {
    expect(convert(messages)).toEqual({ items: expected, warnings: [] });
  });

  it.each<[string, (data: JsonObject) => AssistantPart]>([
    ['msg_', (data) => ({ type: 'text', text: 'yes', ...token(data) })],
    ['fc_', (data) => callPart('a', token(data))],
    ['ctc_', (data) => callPart('a', token({ ...data, custom: true }))],
  ])('omits an id %s… of more than 64 characters, which the API rejects', (prefix, partWith) => {
    const itemWith = (id: string): InputItem | undefined => convert([assistant([partWith({ id })])]).items[0];
    expect(itemWith(prefix.padEnd(64, 'x'))).toHaveProperty('id', prefix.padEnd(64, 'x'));
    expect(itemWith(prefix.padEnd(65, 'x'))).not.toHaveProperty('id');
  });

  it('keeps documents in results', () => {
    const document = file(bytes, 'application/pdf', 'a.pdf');
    const { items, warnings } = convert([
      assistant([callPart('a')]),
      toolTurn('a', [{ callId: 'a', name: 'f', content: [document], isError: true }]),
    ]);
    expect(items[1]).toMatchObject({
      type: 'function_call_output',
      output: [
        inputText('ERROR:'),
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQID' },
      ],
    });
    expect(warnings).toEqual([]);
  });

  it('moves images of results to a user message with toolResult "text", with a warning', () => {
    const { items, warnings } = convert(
      [assistant([callPart('a')]), toolTurn('a', [{ callId: 'a', name: 'f', content: [image(bytes)] }])],
      { toolResult: 'text' },
    );
    expect(items.slice(1)).toEqual([
      resultItem('a', 'See the images below.'),
      userMessage(
        inputText('Images of the result of f:'),
        expect.objectContaining({ type: 'input_image' }) as object,
      ),
    ]);
    expect(warnings).toHaveLength(1);
  });

  it('sends plain reasoning with its id', () => {
    const open = { id: 'r', content: [{ type: 'reasoning_text', text: 'hm' }] };
    expect(
      convert([assistant([reasoningPart(open), callPart('a')])], { reasoningReplay: 'text' }).items[0],
    ).toEqual({
      type: 'reasoning',
      summary: [],
      ...open,
    });
    expect(convert([assistant([reasoningPart(open), callPart('a')])]).items).toEqual([callItem('a')]);
  });

  it('sends the id of reasoning that the vendor stores', () => {
    const { items } = convert([assistant([reasoningPart(secret), callPart('a')])], {}, { store: true });
    expect(items[0]).toMatchObject({ id: 'rs_1', encrypted_content: 'abc' });
  });

  it('converts a turn independently of later turns', () => {
    const turns = [
      user('a'),
      assistant([reasoningPart(secret), callPart('c')]),
      toolTurn('c', 'ok'),
      assistant('done'),
    ];
    for (let length = 1; length < turns.length; length++) {
      const before = convert(turns.slice(0, length)).items;
      expect(convert(turns).items.slice(0, before.length)).toEqual(before);
    }
  });

  it('replaces lone surrogates in arguments', () => {
    const part: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', args: { text: '\ud83d' } };
    expect(convert([assistant([part])]).items[0]).toMatchObject({ arguments: '{"text":"\\ufffd"}' });
  });
});

it('sends vendor items, and results of a program’s calls with their caller', () => {
  const program = { type: 'program', id: 'prog_1', call_id: 'p1', code: 'f()', fingerprint: 'fp' };
  const caller = { type: 'program', caller_id: 'p1' };
  const turns = [
    user('hi'),
    assistant([
      { type: 'vendor', kind: 'program', replay: { family: 'f', data: { item: program } } },
      {
        type: 'tool-call',
        id: 'c',
        name: 'f',
        args: {},
        replay: { family: 'f', data: { id: 'fc_1', caller } },
      },
    ]),
    toolResult({ callId: 'c', name: 'f', content: 'r' }),
  ];
  const request: ModelRequest = { messages: turns, tools: [], output: undefined, extra: {} };
  const items = itemsToWire(request, OPENAI_RESPONSES_QUIRKS, 'f', []);
  expect(items.slice(1)).toMatchObject([
    program,
    { type: 'function_call', call_id: 'c', caller },
    { type: 'function_call_output', call_id: 'c', caller, output: 'r' },
  ]);
  expect(JSON.stringify(itemsToWire(request, OPENAI_RESPONSES_QUIRKS, 'other', []))).not.toContain('program');
});

it.each<[string, JsonObject]>([
  ['a custom tool', { custom: true }],
  ['a program', { caller: { type: 'program', caller_id: 'p1' } }],
])('converts the result of a call of %s again when the call loses its token', (_name, data) => {
  const call: AssistantPart = { type: 'tool-call', id: 'c', name: 'f', args: { text: 'x' } };
  const result = toolTurn('c', 'r');
  const itemOf = (part: AssistantPart): InputItem | undefined =>
    itemsToWire(
      { messages: [user('hi'), assistant([part]), result], tools: [], output: undefined, extra: {} },
      OPENAI_RESPONSES_QUIRKS,
      FAMILY,
      [],
    ).at(-1);
  const first = itemOf({ ...call, ...token(data) });
  const plain = resultItem('c', 'r');
  expect(first).not.toEqual(plain);
  // The conversion of a repeated conversation is cached.
  expect(itemOf({ ...call, ...token(data) })).toEqual(first);
  expect(itemOf(call)).toEqual(plain);
  expect(itemOf(call)).toEqual(plain);
  expect(itemOf({ ...call, ...token(data) })).toEqual(first);
});
