import { expect, it } from 'vitest';
import {
  toolResult,
  user,
  vendorResult,
  type Message,
  type TurnMessage,
  type VendorCallKind,
  type VendorCallPart,
} from '../types/messages.ts';
import { repairHistory } from './history.ts';
import { validate } from './validate.ts';
import { fitVendorCalls } from './vendor-calls.ts';

const callOf = (id: string, kind: VendorCallKind = 'shell'): VendorCallPart => ({
  type: 'vendor-call',
  id,
  kind,
  name: `${kind}_call`,
  args: { n: 1 },
  replay: { family: 'f', data: { item: { id } } },
});
const turn = (...parts: readonly VendorCallPart[]): TurnMessage => ({ role: 'assistant', parts });
const result = (id: string, content: string): TurnMessage => vendorResult(callOf(id), { content });
const fit = (...messages: readonly TurnMessage[]) => fitVendorCalls(messages, ['f'], 'a/b');
const typesOf = (messages: readonly TurnMessage[]): readonly string[] =>
  messages.map(({ role, parts }) => `${role}: ${parts.map(({ type }) => type).join(' ')}`);

it('a result that follows a later turn is sent as text, as its call is', () => {
  const late = fit(
    turn(callOf('c1')),
    user('and?'),
    { role: 'assistant', parts: [{ type: 'text', text: 'waiting' }] },
    result('c1', 'done'),
  );
  expect(typesOf(late.messages)).toEqual([
    'assistant: text',
    'user: text',
    'assistant: text',
    'user: text text',
  ]);
  expect(late.warnings).toMatchObject([{ action: 'coerced', what: 'calls that wait for the client' }]);
  expect(JSON.stringify(late.messages)).toContain('done');
});

it('calls of two turns with the same id keep their own results', () => {
  const messages = [turn(callOf('c1')), result('c1', 'one'), turn(callOf('c1')), result('c1', 'two')];
  const fitted = fit(...messages);
  expect(fitted).toEqual({ messages, warnings: [] });
  expect(repairHistory(fitted.messages)).toEqual({ messages, warnings: [] });
});

it('a repeated result is dropped with a warning, also after a later turn', () => {
  const first = [turn(callOf('c1')), result('c1', 'one')];
  const again = fit(
    ...first,
    result('c1', 'two'),
    turn(callOf('c2')),
    result('c2', 'a'),
    result('c1', 'three'),
  );
  expect(JSON.stringify(again.messages)).not.toMatch(/two|three/);
  expect(again.warnings).toEqual([
    {
      action: 'dropped',
      what: 'history',
      why: '2 result(s) of calls that wait for the client repeat an earlier result',
    },
  ]);
});

it('some calls of a turn stay calls if only the others have no result', () => {
  const { messages } = fit(turn(callOf('c1'), callOf('c2')), result('c2', 'two'));
  expect(typesOf(messages)).toEqual(['assistant: text vendor-call', 'tool: vendor-result']);
});

it.each<[string, readonly Message[], string]>([
  [
    'a tool result',
    [turn(callOf('c1')), toolResult({ callId: 'c1', name: 'shell_call', content: 'a' })],
    'messages[1].parts[0].callId must be the id of a tool-call, not "c1"; answer a vendor-call with vendorResult',
  ],
  [
    'a result of another kind',
    [turn(callOf('c1')), vendorResult(callOf('c1', 'computer'), { content: 'a' })],
    'messages[1].parts[0].kind must be "shell", the kind of the call "c1", not "computer"',
  ],
  [
    'no token',
    [{ role: 'assistant', parts: [{ ...callOf('c1'), replay: undefined } as never] }],
    'messages[0].parts[0].replay must be the token of the call',
  ],
])('a call that waits for the client with %s is an invalid request', (_name, messages, why) => {
  expect(() => {
    validate({ messages });
  }).toThrow(why);
});
