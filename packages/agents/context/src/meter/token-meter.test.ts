import { assistant, image, user, type Message, type Usage } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { tokenMeter } from './token-meter.ts';

const usage = (input: number | undefined, output?: number, reasoning?: number): Usage =>
  usageOf({ input, output, reasoning });
const question = user('How high is it?');
const answer = assistant('Very.');
const next = user('And how old?');

describe('a meter', () => {
  it('returns an estimate without an anchor for a request that no vendor has counted', () => {
    expect(tokenMeter().estimate({ messages: [question] })).toEqual({
      estimated: true,
      tokens: 12,
      anchored: false,
    });
  });

  it('counts vendor parts with their replay data, and audio by its bytes', () => {
    const vendorMessage = (text: string) =>
      assistant([
        { type: 'vendor', kind: 'search', text: 'tea', replay: { family: 'f', data: { found: text } } },
      ]);
    const tokensOf = (...messages: readonly Message[]): number => tokenMeter().estimate({ messages }).tokens;
    expect(tokensOf(vendorMessage('word '.repeat(2000)))).toBeGreaterThan(tokensOf(vendorMessage('')) + 1500);
    const audioMessage = (bytes: number): Message => ({
      role: 'user',
      parts: [{ type: 'audio', mediaType: 'audio/mpeg', bytes: new Uint8Array(bytes) }],
    });
    expect(tokensOf(audioMessage(500_000)) - tokensOf(audioMessage(0))).toBe(1000);
  });

  it('estimates the same image separately for each model', () => {
    const bytes = new Uint8Array(64);
    bytes.set([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 3, 232, 0, 0, 3, 32]);
    const request = { messages: [user(image(bytes, 'image/png'))] };
    const meter = tokenMeter();
    const targets = ['f/gpt-4o', 'f/claude-sonnet-4-5'];
    const tokens = targets.map((target) => meter.estimate(request, target).tokens);
    expect(tokens).toEqual(targets.map((target) => tokenMeter().estimate(request, target).tokens));
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  it('adds new messages to the count of a request with the same beginning', () => {
    const meter = tokenMeter();
    meter.observe({ messages: [question] }, usage(1000, 50), 'f/m');
    const { tokens, anchored } = meter.estimate({ messages: [question, answer, next] }, 'f/m');
    expect([tokens, anchored]).toEqual([1050 + 4 + 4, true]);
    const copy = structuredClone([question, answer, next]);
    expect(meter.estimate({ messages: copy }, 'f/m').tokens).toBe(tokens);
  });

  it.each([
    ['another target', { messages: [question, next] }, 'g/m'],
    ['another beginning', { messages: [next, question] }, 'f/m'],
    ['another system text', { messages: [question], system: 'Be brief.' }, 'f/m'],
    ['another output', { messages: [question], output: { type: 'object' } }, 'f/m'],
    [
      'other tools',
      { messages: [question], tools: [{ name: 'a', description: 'b', parameters: {} }] },
      'f/m',
    ],
  ])('does not use a count for %s', (_what, request, target) => {
    const meter = tokenMeter();
    meter.observe({ messages: [question] }, usage(1000), 'f/m');
    expect(meter.estimate(request, target).anchored).toBe(false);
  });

  it('ignores usage without input tokens', () => {
    const meter = tokenMeter();
    meter.observe({ messages: [question] }, usage(undefined, 5), 'f/m');
    meter.observe({ messages: [question] }, usage(0, 5), 'f/m');
    expect(meter.estimate({ messages: [question] }, 'f/m').anchored).toBe(false);
    meter.observe({ messages: [question] }, usage(1), 'f/m');
    expect(meter.estimate({ messages: [question] }, 'f/m')).toEqual({
      estimated: true,
      tokens: 1,
      anchored: true,
    });
  });

  it('uses a custom counter, and estimates Chinese text within 30 % of it', () => {
    const messages = [user('委员会星期二决定，新桥将在年底前开放通车，尽管北侧的一些工程尚未完成。')];
    const byFour = tokenMeter({ count: (text) => Math.ceil(text.length / 4) }).estimate({ messages }).tokens;
    const own = tokenMeter().estimate({ messages }).tokens;
    const exact = tokenMeter({ count: (text) => (text === '' ? 0 : 24) }).estimate({ messages }).tokens;
    expect(byFour / exact).toBeLessThan(0.6);
    expect(Math.abs(own / exact - 1)).toBeLessThan(0.3);
  });

  it('estimates without a counter that throws and schemas that cannot be serialized', () => {
    const meter = tokenMeter({
      count: () => {
        throw new Error('bug');
      },
    });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const tools = [{ name: 'a', description: 'b', parameters: circular as never }];
    expect(meter.estimate({ messages: [question], tools }).tokens).toBeGreaterThan(10);
  });

  it('estimates a target without a provider like one of an unknown vendor', () => {
    const tokens = (target: string): number => tokenMeter().estimate({ messages: [question] }, target).tokens;
    expect(tokens('coheres')).toBe(tokens('unknown/coheres'));
    expect(tokens('coheres')).not.toBe(tokens('cohere/coheres'));
  });

  it('stores the latest 64 anchors', () => {
    const meter = tokenMeter();
    for (let at = 0; at < 200; at++) meter.observe({ messages: [user(`${at}`)] }, usage(1000), 'f/m');
    const isStored = (at: number): boolean => meter.estimate({ messages: [user(`${at}`)] }, 'f/m').anchored;
    expect([isStored(0), isStored(135), isStored(136), isStored(199)]).toEqual([false, false, true, true]);
  });
});
