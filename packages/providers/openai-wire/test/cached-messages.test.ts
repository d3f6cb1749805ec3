import type {
  AssistantPart,
  JsonObject,
  ModelRequest,
  TurnMessage,
  UserTurnPart,
  Warning,
} from '@majordomo/core';
import fc from 'fast-check';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { bodyText } from '../src/body.ts';
import { OPENAI_QUIRKS, type ChatQuirks } from '../src/chat/quirks.ts';
import { toWire as toChat } from '../src/chat/request.ts';
import { OPENAI_RESPONSES_QUIRKS, type ResponsesQuirks } from '../src/responses/quirks.ts';
import { toWire as toResponses } from '../src/responses/request.ts';

/** Returns the body and the warnings of a request on one of the wires. */
type Target = (
  request: ModelRequest,
  family: string,
) => { readonly text: string; readonly warnings: unknown };

const chat =
  (overrides: Partial<ChatQuirks>): Target =>
  (request, family) =>
    sent(toChat(request, 'm', quirksOf(overrides, OPENAI_QUIRKS), { stream: true, family }));
const responses =
  (overrides: Partial<ResponsesQuirks>): Target =>
  (request, family) =>
    sent(toResponses(request, 'm', quirksOf(overrides, OPENAI_RESPONSES_QUIRKS), { stream: true, family }));

const sent = ({
  params,
  warnings,
}: {
  params: Parameters<typeof bodyText>[0];
  warnings: readonly Warning[];
}) => ({
  text: bodyText(params),
  warnings,
});

/** Returns the same object for the same overrides, as a model has one quirks object during its lifetime. */
function quirksOf<Quirks extends object>(overrides: Partial<Quirks>, all: Quirks): Quirks {
  const cachedQuirks = quirksByOverrides.get(overrides) as Quirks | undefined;
  const quirks = cachedQuirks ?? { ...all, ...overrides };
  quirksByOverrides.set(overrides, quirks);
  return quirks;
}
const quirksByOverrides = new Map<object, object>();

const targets: readonly Target[] = [
  chat({}),
  chat({ toolId: 'alphanumeric-9', toolResultName: true, content: 'string' }),
  chat({
    toolId: 'any',
    reasoningReplay: 'echo',
    reasoningField: 'reasoning_content',
    reasoningPlaceholder: ' ',
  }),
  responses({}),
  responses({ reasoningReplay: 'text', toolResult: 'text' }),
];

const families = ['one', 'two'] as const;
// Some ids are valid everywhere, some nowhere, and one equals the replacement of an invalid id by the second rule.
const ids = ['abcdefghi', 'c1', 'call_1|fc_1', 'x'.repeat(70), 'call 2'];

const replay = fc.option(
  fc.record({
    family: fc.constantFrom(...families),
    data: fc.constantFrom<JsonObject>(
      { id: 'rs_1', encrypted_content: 'e' },
      { id: 'rs_2', content: [{ type: 'reasoning_text', text: 'r' }] },
      { id: 'msg_1', phase: 'final_answer' },
    ),
  }),
  { nil: undefined },
);
const text = fc.constantFrom('', 'hi', 'a\ud83d', 'long text '.repeat(5));
const image = fc.constantFrom({
  type: 'image',
  mediaType: 'image/png',
  bytes: new Uint8Array([1, 2]),
} as const);
const textPart = fc.record({ type: fc.constant('text' as const), text });
const id = fc.constantFrom(...ids);

const userMessage = fc.record({
  role: fc.constant('user' as const),
  parts: fc.array<UserTurnPart>(
    fc.oneof({ weight: 3, arbitrary: textPart }, { weight: 1, arbitrary: image }),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
});
const assistantMessage = fc.record({
  role: fc.constant('assistant' as const),
  parts: fc.array<AssistantPart>(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text, replay }),
      fc.record({ type: fc.constant('reasoning' as const), text, replay }),
      fc.record({
        type: fc.constant('tool-call' as const),
        id,
        name: fc.constant('f'),
        args: fc.constantFrom<JsonObject>({}, { a: 1 }, { b: '\ude00' }),
        replay,
      }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
});
const toolMessage = fc.record({
  role: fc.constant('tool' as const),
  parts: fc.array(
    fc.record({
      type: fc.constant('tool-result' as const),
      callId: id,
      name: fc.constant('f'),
      content: fc.array(fc.oneof({ weight: 3, arbitrary: textPart }, { weight: 1, arbitrary: image }), {
        maxLength: 2,
      }),
      isError: fc.boolean(),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const history = fc.array<TurnMessage>(fc.oneof(userMessage, assistantMessage, toolMessage), {
  minLength: 1,
  maxLength: 8,
});
const requestOptions = fc.record({
  target: fc.constantFrom(...targets),
  family: fc.constantFrom(...families),
  reasoning: fc.constantFrom('none' as const, undefined),
  store: fc.boolean(),
  from: fc.nat(3),
  to: fc.integer({ min: 1, max: 8 }),
});

describe('cached messages', () => {
  it('result in the bytes and warnings of new messages', () => {
    fc.assert(
      fc.property(
        history,
        fc.array(requestOptions, { minLength: 2, maxLength: 6 }),
        (messages, sentRequests) => {
          for (const { target, family, reasoning, store, from, to } of sentRequests) {
            const part = messages.slice(Math.min(from, messages.length - 1), to);
            const request = requestOf({ messages: part, extra: store ? { store } : {}, reasoning });
            expect(target(request, family)).toEqual(target(structuredClone(request), family));
          }
        },
      ),
      { numRuns: 300, seed: 20_261_120 },
    );
  });

  it.each(targets.map((target, at) => [at, target] as const))(
    'target %i reads the arguments of a conversation that continues only twice',
    (_, target) => {
      let reads = 0;
      const messages = Array.from({ length: 20 }, (_none, at): TurnMessage => {
        if (at % 3 === 0) return { role: 'user', parts: [{ type: 'text', text: `m${at}` }] };
        const id = `c${at - (at % 3)}`;
        const args = {
          get q() {
            reads++;
            return `a${at}`;
          },
        };
        if (at % 3 === 1) return { role: 'assistant', parts: [{ type: 'tool-call', id, name: 'f', args }] };
        const content = [{ type: 'text' as const, text: `r${at}` }];
        return { role: 'tool', parts: [{ type: 'tool-result', callId: id, name: 'f', content }] };
      });
      const convert = (list: readonly TurnMessage[]) =>
        target({ messages: list, tools: [], output: undefined, extra: {} }, 'one').text;
      convert(messages.slice(0, 12));
      expect(reads).toBe(4);
      expect(convert(messages.slice(0, 12))).toContain('a10');
      expect(reads).toBe(8);
      expect(convert(messages.slice(0, 12))).toContain('a10');
      expect(reads).toBe(8);
      convert(messages);
      expect(reads).toBe(11);
    },
  );

  it.each(targets.map((target, at) => [at, target] as const))(
    'target %i does not receive the earlier content of a message that was changed in place',
    (_, target) => {
      const changedPart = { type: 'text' as const, text: 'before' };
      const resultPart = { type: 'text' as const, text: 'a long result' };
      const parts = [changedPart];
      const messages: TurnMessage[] = [
        { role: 'user', parts },
        { role: 'assistant', parts: [{ type: 'tool-call', id: 'c1', name: 'f', args: {} }] },
        { role: 'tool', parts: [{ type: 'tool-result', callId: 'c1', name: 'f', content: [resultPart] }] },
      ];
      const convert = () => target({ messages, tools: [], output: undefined, extra: {} }, 'one').text;
      expect(convert()).toContain('a long result');
      changedPart.text = 'after';
      resultPart.text = 'cut';
      parts.push({ type: 'text', text: 'and more' });
      expect(convert()).toMatch(/after.*and more.*cut/);
      expect(convert()).not.toMatch(/before|a long result/);
    },
  );
});
