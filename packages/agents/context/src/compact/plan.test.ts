import { assistant, toolResult, user, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { planOf, shortenPlan, type Plan } from './plan.ts';
import { ACKNOWLEDGMENT, summaryMessage } from './summary-message.ts';

/** Returns a conversation of `count` messages, and its plan if every message weighs 10 tokens. */
const talk = (count: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => (at % 2 === 0 ? user(`u${at}`) : assistant(`a${at}`)));
const plan = (
  messages: readonly Message[],
  sizes: { readonly first?: number; readonly last?: number; readonly tail?: number } = {},
  weigh: (message: Message) => number = () => 10,
): Plan | undefined => planOf(messages, { first: 3, last: 3, tail: 50, ...sizes }, weigh);
const call = (id: string): Message => assistant([{ type: 'tool-call', id, name: 'look', args: {} }]);
const result = (callId: string): Message => toolResult({ callId, name: 'look', content: 'found' });

describe('the end of a transcript', () => {
  it.each([
    [49, 15],
    [50, 14],
    [59, 14],
    [60, 13],
  ])('stays until it exceeds the tail of %i tokens', (tail, to) => {
    expect(plan(talk(20), { tail })?.to).toBe(to);
  });

  it('stays with one message above the tail only within half of it more', () => {
    const weigh = (message: Message): number => (message.parts === talk20[15]?.parts ? 35 : 10);
    const talk20 = talk(20);
    expect(plan(talk20, { tail: 50 }, weigh)?.to).toBe(15);
    expect(plan(talk20, { tail: 49 }, weigh)?.to).toBe(16);
  });

  it.each([
    [0, 17],
    [3, 17],
    [5, 15],
    [8, 12],
    [20, 12],
  ])('stays for at least 3 and at most 8 messages with protectLast %i', (last, to) => {
    expect(plan(talk(20), { last, tail: 1 })?.to).toBe(to);
  });

  it('does not separate a call from its result', () => {
    const messages = [...talk(8), user('q'), call('a'), result('a'), assistant('x'), user('y')];
    expect(plan(messages, { tail: 1 })?.to).toBe(9);
  });

  it('ends at a summary', () => {
    const messages = [...talk(3), summaryMessage('S'), ...talk(2)];
    expect(plan(messages, { tail: 1000 })?.to ?? 'nothing to summarize').toBe('nothing to summarize');
  });
});

describe('the beginning of a transcript', () => {
  it.each([
    [0, 0],
    [1, 1],
    [4, 4],
  ])('stays for %i messages', (first, from) => {
    expect(plan(talk(20), { first })?.from).toBe(from);
  });

  it('stays with instructions, which do not count', () => {
    const system: Message = { role: 'system', parts: [{ type: 'text', text: 'be kind' }] };
    expect(plan([system, system, ...talk(20)])?.from).toBe(5);
  });

  it('ends with the results of its last call', () => {
    const messages = [user('q'), assistant('a'), call('b'), result('b'), result('b'), ...talk(12)];
    expect(plan(messages)?.from).toBe(5);
  });

  it('ends before a summary', () => {
    expect(plan([user('q'), ACKNOWLEDGMENT, summaryMessage('S'), ...talk(12)])?.from).toBe(2);
  });
});

describe('the summarized messages', () => {
  it('exclude earlier summaries, which become input, and acknowledgments', () => {
    const messages = [
      ...talk(3),
      ACKNOWLEDGMENT,
      summaryMessage('S'),
      summaryMessage('T'),
      ...talk(11).slice(1),
    ];
    const { fresh, previous, from, to } = plan(messages) ?? expect.unreachable();
    expect([from, to, previous]).toEqual([3, 10, 'S\n\nT']);
    expect(fresh).toEqual(messages.slice(6, 10));
  });

  it('have no previous summary if none exists', () => {
    expect(plan(talk(20))).toMatchObject({ previous: undefined, pinned: [] });
  });

  it('include a last question and its small answer, which stay as well', () => {
    const question = user('Point 2?');
    const answer = assistant('1, 2');
    const messages = [
      ...talk(4),
      answer,
      question,
      call('a'),
      result('a'),
      call('b'),
      result('b'),
      call('c'),
      result('c'),
    ];
    const weigh = (size: number) => (message: Message) => (message === answer ? size : 10);
    expect(plan(messages, { tail: 20 }, weigh(10))?.pinned).toEqual([answer, question]);
    expect(plan(messages, { tail: 20 }, weigh(11))?.pinned).toEqual([question]);
  });

  it('need more than pinned messages and instructions', () => {
    const system: Message = { role: 'system', parts: [{ type: 'text', text: 'be kind' }] };
    const tools = [call('a'), result('a'), call('b'), result('b')];
    expect(
      plan([user('x'), user('y'), assistant('z'), system, user('q'), ...tools], { tail: 1 }),
    ).toBeUndefined();
    expect(plan(talk(6))).toBeUndefined();
  });

  it('can be limited to the first ones', () => {
    const messages = talk(20);
    const complete = plan(messages) ?? expect.unreachable();
    expect(shortenPlan(complete, messages, 4)).toMatchObject({ from: 3, to: 7, fresh: messages.slice(3, 7) });
    expect(shortenPlan(complete, messages, complete.fresh.length)).toBe(complete);
  });
});
