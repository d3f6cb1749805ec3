import {
  assistant,
  file,
  image,
  toolResult,
  user,
  type ModelRequest,
  type TurnMessage,
  type Warning,
} from '@majordomo/core';
import fc from 'fast-check';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { messagesToWire } from './messages.ts';
import { COMPATIBLE_QUIRKS, OPENAI_QUIRKS, type ChatQuirks } from './quirks.ts';
import { toWire } from './request.ts';

const FAMILY = 'chat-reasoning@http://here#p';
const IMAGE_BYTES = new Uint8Array([1, 2, 3]);

function write(
  messages: readonly TurnMessage[],
  quirks: Partial<ChatQuirks> = {},
): { wire: unknown[]; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const wire = messagesToWire(requestOf({ messages }), { ...COMPATIBLE_QUIRKS, ...quirks }, FAMILY, warnings);
  return { wire, warnings };
}

const call = (id: string, args = {}): TurnMessage =>
  assistant([{ type: 'tool-call', id, name: 'add', args }]);
const wireCall = (id: string, args = '{}'): object => ({
  id,
  type: 'function',
  function: { name: 'add', arguments: args },
});

describe('messagesToWire of real runs', () => {
  it('sanitizes names, except those of declared tools', () => {
    const named = (name: string): TurnMessage => assistant([{ type: 'tool-call', id: 'a', name, args: {} }]);
    const names = (tools: readonly string[]): unknown => {
      const request = {
        ...requestOf({ messages: ['fs.read', '$READ<|x|>', ''].map(named) }),
        tools: tools.map((name) => ({ name, description: '', parameters: {} })),
      };
      const wire = messagesToWire(request, COMPATIBLE_QUIRKS, FAMILY, []);
      return wire.map((each) => (each['tool_calls'] as [{ function: { name: string } }])[0].function.name);
    };
    expect(names([])).toEqual(['fs_read', '_READ__x__', 'unknown']);
    expect(names(['fs.read'])).toEqual(['fs.read', '_READ__x__', 'unknown']);
  });

  it('omits an empty assistant turn', () => {
    const reasoningTurn = assistant([
      { type: 'reasoning', text: 'Hm.', replay: { family: FAMILY, data: null } },
    ]);
    expect(
      write([user('hi'), reasoningTurn, assistant([]), user('go on')], { reasoningReplay: 'echo' }).wire,
    ).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'user', content: 'go on' },
    ]);
  });

  it('inserts an assistant turn between tool results and a user message', () => {
    const results = toolResult([{ callId: 'a', name: 'add', content: [image(IMAGE_BYTES, 'image/png')] }]);
    const { wire, warnings } = write(
      [
        call('a'),
        results,
        assistant('so'),
        call('a'),
        toolResult([{ callId: 'a', name: 'add', content: '3' }]),
        user('wait'),
      ],
      { afterTools: 'assistant' },
    );
    expect(wire.map((each) => (each as { role: string }).role)).toEqual([
      'assistant',
      'tool',
      'assistant',
      'user',
      'assistant',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
    expect(warnings.map(({ action }) => action)).toEqual(['coerced', 'emulated']);
  });
});

describe('messages', () => {
  it.each<[string, TurnMessage, object]>([
    ['a single text as a string', user('hi'), { role: 'user', content: 'hi' }],
    [
      'several texts as parts',
      user('a', 'b'),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ],
    [
      'an image as a data URL',
      user(image(IMAGE_BYTES, 'image/webp')),
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AQID' } }] },
    ],
    [
      'a PDF as a file',
      user(file(IMAGE_BYTES, 'application/pdf', 'a.pdf')),
      {
        role: 'user',
        content: [
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQID' } },
        ],
      },
    ],
    ['a response', assistant('yes'), { role: 'assistant', content: 'yes' }],
    [
      'several texts of a response as one',
      assistant([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
      { role: 'assistant', content: 'ab' },
    ],
    [
      'a call without text',
      call('c', { a: 1 }),
      { role: 'assistant', content: null, tool_calls: [wireCall('c', '{"a":1}')] },
    ],
    [
      'a call whose arguments are not JSON',
      assistant([{ type: 'tool-call', id: 'c', name: 'add', args: {}, invalid: { raw: '{' } }]),
      { role: 'assistant', content: null, tool_calls: [wireCall('c')] },
    ],
    [
      'a result',
      toolResult({ callId: 'c', name: 'add', content: '3' }),
      { role: 'tool', tool_call_id: 'c', content: '3' },
    ],
    [
      'a failed result',
      toolResult({ callId: 'c', name: 'add', content: 'no', isError: true }),
      { role: 'tool', tool_call_id: 'c', content: 'ERROR: no' },
    ],
  ])('converts %s', (_what, message, expected) => {
    expect(write([message])).toEqual({ wire: [expected], warnings: [] });
  });

  it('follow the quirks of the server', () => {
    expect(write([user('a', 'b')], { content: 'string' }).wire).toEqual([
      { role: 'user', content: 'a\n\nb' },
    ]);
    expect(write([call('c')], { emptyContent: 'absent' }).wire).toEqual([
      { role: 'assistant', tool_calls: [wireCall('c')] },
    ]);
    expect(write([call('c')], { emptyContent: 'empty-string' }).wire).toEqual([
      { role: 'assistant', content: '', tool_calls: [wireCall('c')] },
    ]);
    expect(
      write([toolResult({ callId: 'c', name: 'add', content: '3' })], { toolResultName: true }).wire,
    ).toEqual([{ role: 'tool', tool_call_id: 'c', name: 'add', content: '3' }]);
  });

  it('replace lone surrogates in arguments', () => {
    const [message] = write([call('c', { a: 'x\ud83d' })]).wire as {
      tool_calls: { function: { arguments: string } }[];
    }[];
    expect(JSON.parse(message?.tool_calls[0]?.function.arguments ?? '')).toEqual({ a: 'x\ufffd' });
  });

  it('put the system text first, in the role of the quirk', () => {
    const { params } = toWire(
      requestOf({ system: 'Be brief.' }),
      'm',
      { ...OPENAI_QUIRKS, systemRole: 'developer' },
      { stream: false },
    );
    expect(params['messages']).toEqual([
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ]);
  });

  it('omit unknown members of a caller’s part', () => {
    const part = { type: 'text', text: 'hi', _cursor: 1, replay: { family: 'f', data: 's' } } as const;
    expect(write([{ role: 'user', parts: [part, part] }]).wire).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'hi' },
        ],
      },
    ]);
  });

  it('move documents of results behind the last result, with a warning', () => {
    const pdf = file(IMAGE_BYTES, 'application/pdf', 'a.pdf');
    const results = toolResult([
      { callId: 'a', name: 'read', content: [pdf] },
      { callId: 'b', name: 'scan', content: [{ type: 'text', text: '3' }, pdf, image(IMAGE_BYTES)] },
    ]);
    const document = {
      type: 'file',
      file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQID' },
    };
    const { wire, warnings } = write([results]);
    expect(wire).toMatchObject([
      { role: 'tool', tool_call_id: 'a', content: 'See the documents below.' },
      { role: 'tool', tool_call_id: 'b', content: '3' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Documents of the result of read:' },
          document,
          { type: 'text', text: 'Images and documents of the result of scan:' },
          document,
          { type: 'image_url' },
        ],
      },
    ]);
    expect(warnings.map(({ what }) => what)).toEqual([
      'documents of the result of read',
      'images and documents of the result of scan',
    ]);
  });

  it('move images of results behind the last result, with a warning', () => {
    const results = toolResult([
      { callId: 'a', name: 'shot', content: [image(IMAGE_BYTES)] },
      { callId: 'b', name: 'add', content: [{ type: 'text', text: '3' }, image(IMAGE_BYTES)] },
    ]);
    const imagePart = { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } };
    const { wire, warnings } = write([results, user('and now?')]);
    expect(wire).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'See the images below.' },
      { role: 'tool', tool_call_id: 'b', content: '3' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Images of the result of shot:' },
          imagePart,
          { type: 'text', text: 'Images of the result of add:' },
          imagePart,
        ],
      },
      { role: 'user', content: 'and now?' },
    ]);
    expect(warnings.map(({ action, what }) => [action, what])).toEqual([
      ['coerced', 'images of the result of shot'],
      ['coerced', 'images of the result of add'],
    ]);
  });

  it('map invalid call ids equally for a call and its result', () => {
    const messages = [
      call('call_0123456789'),
      toolResult({ callId: 'call_0123456789', name: 'add', content: '3' }),
      call('fits12345'),
    ];
    const [first, second, third] = write(messages, { toolId: 'alphanumeric-9' }).wire as {
      tool_calls?: { id: string }[];
      tool_call_id?: string;
    }[];
    expect(first?.tool_calls?.[0]?.id).toMatch(/^[a-z0-9]{9}$/);
    expect(second?.tool_call_id).toBe(first?.tool_calls?.[0]?.id);
    expect(third?.tool_calls?.[0]?.id).toBe('fits12345');
  });
});

describe('reasoning', () => {
  const details = [{ type: 'reasoning.text', text: 'hm', signature: 'sig' }];
  const reasoningTurn = (family: string, data: typeof details | null = null): TurnMessage =>
    assistant([
      { type: 'reasoning', text: 'hm', replay: { family, data } },
      { type: 'text', text: 'ok' },
    ]);

  it.each<[string, TurnMessage, Partial<ChatQuirks>, object]>([
    ['is not sent by default', reasoningTurn(FAMILY), {}, {}],
    [
      'is sent back in its original field',
      reasoningTurn(FAMILY),
      { reasoningReplay: 'echo' },
      { reasoning_content: 'hm' },
    ],
    [
      'is sent back in the other field',
      reasoningTurn(FAMILY),
      { reasoningReplay: 'echo', reasoningField: 'reasoning' },
      { reasoning: 'hm' },
    ],
    [
      'is sent back as its details',
      reasoningTurn(FAMILY, details),
      { reasoningReplay: 'details', reasoningField: 'reasoning' },
      { reasoning_details: details },
    ],
    [
      'is sent back as text if there are no details',
      reasoningTurn(FAMILY),
      { reasoningReplay: 'details', reasoningField: 'reasoning' },
      { reasoning: 'hm' },
    ],
    ['of another model is never sent', reasoningTurn('claude'), { reasoningReplay: 'echo' }, {}],
    [
      'of another account’s details are never sent',
      reasoningTurn('chat-reasoning@http://here#q', details),
      { reasoningReplay: 'details' },
      {},
    ],
  ])('%s', (_what, message, quirks, expected) => {
    expect(write([message], quirks).wire).toEqual([{ role: 'assistant', content: 'ok', ...expected }]);
  });
});

const text = fc.string({ unit: 'grapheme' });
const turn: fc.Arbitrary<readonly TurnMessage[]> = fc
  .record({
    question: text,
    args: fc.dictionary(text, text),
    result: text,
    hasImage: fc.boolean(),
    isError: fc.boolean(),
    answer: text,
  })
  .map(({ question, args, result, hasImage, isError, answer }) => [
    user(question),
    assistant([{ type: 'tool-call', id: `call_${question}`, name: 'add', args }]),
    toolResult({
      callId: `call_${question}`,
      name: 'add',
      content: [{ type: 'text', text: result }, ...(hasImage ? [image(IMAGE_BYTES)] : [])],
      isError,
    }),
    assistant(answer),
  ]);

it('are a byte prefix of the next turn', () => {
  const json = (messages: readonly TurnMessage[], quirks: ChatQuirks): string =>
    JSON.stringify(write(messages, quirks).wire).slice(0, -1);
  fc.assert(
    fc.property(
      fc.array(turn, { minLength: 2, maxLength: 10 }),
      fc.constantFrom(OPENAI_QUIRKS, COMPATIBLE_QUIRKS),
      (turns, quirks) => {
        let before = '';
        for (let n = 1; n <= turns.length; n++) {
          const now = json(turns.slice(0, n).flat(), quirks);
          expect(now.startsWith(before)).toBe(true);
          before = now;
        }
      },
    ),
    { numRuns: 200, seed: 20_261_120 },
  );
});

describe('a server that requires reasoning in every turn', () => {
  const family = 'chat-reasoning@https://there#p';
  const sentReasoning = (
    messages: readonly TurnMessage[],
    overrides: Partial<ModelRequest> = {},
  ): unknown[] =>
    messagesToWire(
      { messages, tools: [], output: undefined, extra: {}, ...overrides },
      { ...COMPATIBLE_QUIRKS, reasoningReplay: 'echo', reasoningPlaceholder: ' ' },
      family,
      [],
    )
      .filter(({ role }) => role === 'assistant')
      .map(({ reasoning_content: content }) => content);
  const turn = (text: string, by = family): TurnMessage =>
    assistant([
      { type: 'reasoning', text, replay: { family: by, data: null } },
      { type: 'text', text: 'x' },
    ]);

  it('receives its own reasoning, and a space for empty, missing and foreign reasoning', () => {
    const turns = [turn(' own\n'), turn(''), turn('a secret of another', 'claude'), assistant('plain')];
    expect(sentReasoning(turns)).toEqual([' own\n', ' ', ' ', ' ']);
  });

  it('receives no placeholder while reasoning is off', () => {
    expect(sentReasoning([assistant('plain')], { reasoning: 'none' })).toEqual([undefined]);
  });
});
