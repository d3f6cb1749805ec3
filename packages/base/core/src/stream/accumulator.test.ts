import { describe, expect, it } from 'vitest';
import { usageOf } from '../../test/support/usage.ts';
import type { ModelEvent, Warning } from '../types/response.ts';
import type { AssistantPart } from '../types/messages.ts';
import { Accumulator, partialOf, responseEvents } from './accumulator.ts';
import { eventOrderError } from './events.ts';

const usage = usageOf({ input: 1, output: 2 });
const start: ModelEvent = { type: 'start', target: 'a/x', id: 'r1' };
const finish: ModelEvent = { type: 'finish', target: 'a/x', reason: 'stop', raw: 'end', usage };
const open = (index: number, type: 'text' | 'reasoning'): ModelEvent => ({
  type: 'part-start',
  index,
  part: { type },
});
const openCall = (index: number): ModelEvent => ({
  type: 'part-start',
  index,
  part: { type: 'tool-call', id: 'c', name: 'f' },
});
const text = (index: number, piece: string): ModelEvent => ({ type: 'text-delta', index, text: piece });
const close = (index: number, part: AssistantPart): ModelEvent => ({ type: 'part-end', index, part });
const call: AssistantPart = { type: 'tool-call', id: 'c', name: 'f', args: { a: 1 } };
const warning = (what: string): Warning => ({ action: 'dropped', what, why: 'w' });

function filled(events: readonly ModelEvent[], prepared: readonly Warning[] = []): Accumulator {
  const answer = new Accumulator('a/x', prepared);
  for (const event of events) answer.push(event);
  return answer;
}

describe('the meaning of an event', () => {
  it.each<[string, ModelEvent]>([
    ['progress', start],
    ['progress', open(0, 'text')],
    ['progress', open(0, 'reasoning')],
    ['content', openCall(0)],
    ['content', text(0, 'a')],
    ['content', { type: 'reasoning-delta', index: 0, text: 'a' }],
    ['content', { type: 'args-delta', index: 0, json: '{' }],
    ['progress', close(0, { type: 'text', text: 'a' })],
    ['progress', { type: 'warning', warning: warning('seed') }],
    ['finish', finish],
  ])('is %s: $type', (kind, event) => {
    expect(new Accumulator('a/x').push(event)).toBe(kind);
  });
});

describe('the index of a part', () => {
  const numbered = (index: number): ModelEvent[] => [
    open(index, 'text'),
    text(index, 'a'),
    close(index, call),
  ];

  it.each([-1, 0.5, 100_000, Number.NaN])('rejects %d', (index) => {
    for (const event of numbered(index)) {
      expect(() => new Accumulator('a/x').push(event)).toThrow(
        expect.objectContaining({
          kind: 'protocol',
          message: `a/x sent the part index ${index}; it must be an integer from 0 to 99999`,
        }),
      );
    }
  });

  it.each([0, 99_999])('accepts %d', (index) => {
    expect(filled(numbered(index)).partial()?.parts).toEqual([call]);
  });
});

describe('partial()', () => {
  it('is undefined before any content', () => {
    const events = [start, open(0, 'text'), openCall(1)];
    expect(filled([]).partial()).toBeUndefined();
    expect(filled(events).partial()).toBeUndefined();
  });

  it('contains complete parts and open text, but no incomplete tool call', () => {
    const reasoningDelta: ModelEvent = { type: 'reasoning-delta', index: 0, text: 'hm' };
    const cut: ModelEvent = { type: 'args-delta', index: 3, json: '{"b":' };
    const before = [start, open(0, 'reasoning'), reasoningDelta, openCall(1), close(1, call)];
    expect(
      filled([...before, open(2, 'text'), text(2, 'ha'), text(2, 'lf'), openCall(3), cut]).partial(),
    ).toEqual({
      id: 'r1',
      target: 'a/x',
      parts: [call, { type: 'reasoning', text: 'hm' }, { type: 'text', text: 'half' }],
      text: 'half',
      usage: undefined,
    });
  });

  it('contains an ended part once, and the usage of the finish', () => {
    const textPart = { type: 'text', text: 'a' } as const;
    const answer = filled([start, open(0, 'text'), text(0, 'a'), close(0, textPart), finish]);
    expect(answer.partial()).toMatchObject({ parts: [textPart], usage });
  });

  it('contains text without a part-start', () => {
    expect(filled([text(0, 'a')]).partial()?.parts).toEqual([{ type: 'text', text: 'a' }]);
  });
});

describe('result()', () => {
  it('contains all data of the events', () => {
    const parts = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
      call,
      { type: 'text', text: 'b' },
    ] as const;
    const ends = parts.map((part, at) => close(at, part));
    const warningEvent: ModelEvent = { type: 'warning', warning: warning('seed') };
    const answer = filled([start, warningEvent, ...ends, finish], [warning('topP')]);
    expect(answer.result({ spec: 'a/x,b', attempts: [] })).toEqual({
      id: 'r1',
      target: 'a/x',
      spec: 'a/x,b',
      message: { role: 'assistant', parts },
      parts,
      text: 'ab',
      toolCalls: [call],
      finish: 'stop',
      rawFinish: 'end',
      usage,
      warnings: [warning('topP'), warning('seed')],
      attempts: [],
    });
    expect([answer.usage, answer.fault()]).toEqual([usage, undefined]);
  });

  it('has no usage and the finish "other" without a finish event', () => {
    const answer = filled([start]);
    expect(answer.result({ spec: 's', attempts: [] })).toMatchObject({
      finish: 'other',
      rawFinish: undefined,
      usage: undefined,
    });
    expect([answer.usage, answer.fault()?.kind]).toEqual([undefined, 'empty']);
  });
});

describe('opening()', () => {
  it('returns the start, the warnings of the request, then the held events', () => {
    const answer = new Accumulator('a/x', [warning('topP')]);
    const heldEvents = [open(0, 'text'), text(0, 'a')];
    const prepared = { type: 'warning', warning: warning('topP') };
    expect(answer.opening([start, ...heldEvents])).toEqual([start, prepared, ...heldEvents]);
  });

  it('adds a start if the provider emitted none', () => {
    expect(new Accumulator('a/x').opening([])).toEqual([{ type: 'start', target: 'a/x', id: undefined }]);
  });
});

describe('responseEvents()', () => {
  const parts: readonly AssistantPart[] = [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'a' },
    call,
    { type: 'vendor', kind: 'search', replay: { family: 'f', data: 1 } },
  ];
  const response = filled(
    [
      start,
      { type: 'warning', warning: warning('seed') },
      ...parts.map((part, at) => close(at, part)),
      finish,
    ],
    [warning('topP')],
  ).result({ spec: 's', attempts: [] });

  it('returns events that result in the same response', () => {
    const events = responseEvents(response);
    expect(eventOrderError(events)).toBeUndefined();
    expect(filled(events).result({ spec: 's', attempts: [] })).toEqual(response);
  });

  it('streams the text of a call with invalid arguments', () => {
    const invalid = { ...call, args: {}, invalid: { raw: '{"a":' } };
    expect(responseEvents({ ...response, parts: [invalid] })).toContainEqual({
      type: 'args-delta',
      index: 0,
      json: '{"a":',
    });
  });

  it('ends before the finish for a partial response', () => {
    const partial = { id: 'r1', target: 'a/x', parts, text: 'a', usage };
    const events = responseEvents(partial);
    expect(events.at(-1)).toEqual({ type: 'part-end', index: 3, part: parts[3] });
    expect(partialOf(events)).toEqual({ ...partial, usage: undefined });
  });
});
