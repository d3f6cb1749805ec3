import { assistant, toolResult, user, type Message, type Usage } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { tokenMeter, type MeteredRequest } from './token-meter.ts';

const usage = (input: number, output?: number, reasoning?: number): Usage =>
  usageOf({ input, output, reasoning });
/** Counts one token for each character, so that estimates are exact. */
const meterOf = () => tokenMeter({ count: (text) => text.length });
const [q, a, r] = [user('q'.repeat(10)), assistant('a'.repeat(20)), user('r'.repeat(30))];
const tokensOf = (request: Partial<MeteredRequest>, meter = meterOf()): number =>
  meter.estimate({ messages: [], ...request }, 'f/m').tokens;
/** Number of tokens that a message adds to a request. */
const weight = (...messages: readonly Message[]): number => tokensOf({ messages }) - tokensOf({});

it('adds the new messages to the count of their beginning', () => {
  const meter = meterOf();
  meter.observe({ messages: [q] }, usage(500), 'f/m');
  expect(tokensOf({ messages: [q] }, meter)).toBe(500);
  expect(tokensOf({ messages: [q, a, r] }, meter)).toBe(500 + weight(a, r));
  expect(tokensOf({ messages: [q, r] }, meter)).toBe(500 + weight(r));
});

it('uses the count of the response, without its reasoning', () => {
  const meter = meterOf();
  meter.observe({ messages: [q] }, usage(500, 90, 40), 'f/m');
  expect(tokensOf({ messages: [q, a, r] }, meter)).toBe(500 + 50 + weight(r));
  expect(tokensOf({ messages: [q, r] }, meter)).toBe(500 + weight(r));
});

it('does not subtract more reasoning than the response has', () => {
  const meter = meterOf();
  meter.observe({ messages: [q] }, usage(500, 10, 40), 'f/m');
  expect(tokensOf({ messages: [q, a] }, meter)).toBe(500);
});

it.each<[string, Message, number]>([
  ['reasoning', assistant([{ type: 'reasoning', text: 'x' }]), 40],
  ['a signature', assistant([{ type: 'text', text: 'x', replay: { family: 'f', data: 1 } }]), 40],
  ['text only', assistant('x'), 0],
])('counts the reasoning of a response with %s until the next user message', (_name, response, tokens) => {
  const meter = meterOf();
  meter.observe({ messages: [q] }, usage(500, 90, 40), 'f/m');
  const result = toolResult({ callId: 'c', name: 'look', content: 'found' });
  expect(tokensOf({ messages: [q, response, result] }, meter)).toBe(550 + tokens + weight(result));
  expect(tokensOf({ messages: [q, response, result, r] }, meter)).toBe(550 + weight(result, r));
});

it('uses the latest count of a conversation, and of the same target', () => {
  const meter = meterOf();
  meter.observe({ messages: [q] }, usage(100), 'f/m');
  meter.observe({ messages: [q] }, usage(200), 'g/m');
  expect(meter.estimate({ messages: [q] }, 'f/m').tokens).toBe(100);
  expect(meter.estimate({ messages: [q] }).tokens).toBe(200);
  meter.observe({ messages: [q, a] }, usage(300), 'f/m');
  expect(meter.estimate({ messages: [q] }, 'f/m').anchored).toBe(false);
  expect(meter.estimate({ messages: [q, a] }, 'f/m').tokens).toBe(300);
  expect(meter.estimate({ messages: [q] }, 'g/m').tokens).toBe(200);
});

it('uses the count of a request with the same system text and tools', () => {
  const meter = meterOf();
  const tool = (description: string) => ({
    name: 'look',
    description,
    parameters: { type: 'object' } as const,
  });
  const request = { messages: [q], system: 'Be brief.', tools: [tool('Looks')] };
  meter.observe(request, usage(500), 'f/m');
  const anchored = (change: Partial<MeteredRequest>) =>
    meter.estimate({ ...request, ...change }, 'f/m').anchored;
  expect(
    [{}, { tools: [tool('Looks')] }, { tools: [tool('Sees')] }, { tools: undefined }].map(anchored),
  ).toEqual([true, true, false, false]);
  expect(anchored({ system: undefined })).toBe(false);
});

it.each([
  // The estimate of these messages is 1,000 or 500 tokens.
  [1000, 349, false],
  [1000, 350, true],
  [500, 1, true],
  [501, 1, false],
])('with an estimate of %i tokens accepts the count %i: %s', (estimate, input, isAnchored) => {
  const messages = [user('x'.repeat(estimate - tokensOf({ messages: [user('')] })))];
  expect(tokensOf({ messages })).toBe(estimate);
  const meter = meterOf();
  meter.observe({ messages }, usage(input), 'f/m');
  expect(meter.estimate({ messages }, 'f/m').anchored).toBe(isAnchored);
});

it.each([-1, Number.NaN, Infinity])('estimates a text for which the counter returns %d', (count) => {
  const estimatedTokens = tokenMeter().estimate({ messages: [q] }).tokens;
  expect(tokenMeter({ count: () => count }).estimate({ messages: [q] }).tokens).toBe(estimatedTokens);
});

it('includes the schema of the output', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const plain = tokensOf({ messages: [q] });
  expect(tokensOf({ messages: [q], output: schema })).toBe(plain + JSON.stringify(schema).length);
  expect(tokensOf({ messages: [q], output: 'json' })).toBe(plain);
});

it('accepts a count of 0', () => {
  const none = tokenMeter({ count: () => 0 }).estimate({ messages: [q] }).tokens;
  expect(none).toBe(tokenMeter({ count: () => 0 }).estimate({ messages: [r] }).tokens);
});

it('does not store changes of the observed messages', () => {
  const meter = meterOf();
  const messages: Message[] = [q];
  meter.observe({ messages }, usage(500), 'f/m');
  messages.push(a);
  expect(tokensOf({ messages: [q] }, meter)).toBe(500);
});
