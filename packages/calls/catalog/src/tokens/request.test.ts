import { user, type JsonObject, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { estimateMessage, estimateRequest, type EstimatedRequest } from './request.ts';
import { estimateTokens } from './text.ts';

const requestOf = (more: Partial<EstimatedRequest> = {}): EstimatedRequest => ({
  system: undefined,
  messages: [user('hello there')],
  tools: [],
  output: undefined,
  ...more,
});
const tool = { name: 'look', description: 'Looks it up', parameters: { type: 'object' } };
const tokens = (more: Partial<EstimatedRequest>, vendor?: string): number =>
  estimateRequest(requestOf(more), { vendor }).tokens;

it('a request of JSON without a schema counts no schema', () => {
  expect(tokens({ output: { name: 'x', schema: undefined } })).toBe(tokens({}));
});

it('a request can lack tools', () => {
  const messages = [user('hello there')];
  expect(estimateRequest({ system: undefined, messages, output: undefined })).toEqual(
    estimateRequest(requestOf()),
  );
});

describe('the estimate of a request', () => {
  it('includes its text and tokens for each message', () => {
    expect(estimateRequest(requestOf(), { vendor: 'openai' })).toEqual({
      estimated: true,
      tokens: 2 + 4 + 3,
      max: expect.any(Number) as number,
    });
    expect(tokens({ messages: [user('hello there'), user('hello there')] })).toBe(15);
  });

  it.each<readonly [what: string, more: Partial<EstimatedRequest>]>([
    ['system text', { system: 'Be brief.' }],
    [
      'a schema',
      { output: { name: 'x', schema: { type: 'object', properties: { a: { type: 'string' } } } } },
    ],
    ['a tool', { tools: [tool] }],
    [
      'an image',
      {
        messages: [user('hello there', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array(9) })],
      },
    ],
    [
      'a document',
      {
        messages: [
          user('hello there', { type: 'file', mediaType: 'application/pdf', bytes: new Uint8Array(9) }),
        ],
      },
    ],
    [
      'a text file',
      { messages: [user('hello there', { type: 'file', mediaType: 'text/csv', bytes: new Uint8Array(9) })] },
    ],
  ])('is higher with %s', (_what, more) => {
    expect(tokens(more, 'openai')).toBeGreaterThan(tokens({}, 'openai'));
  });

  it('includes all parts of a conversation', () => {
    const call = {
      type: 'tool-call',
      id: 'c',
      name: 'look',
      args: { at: 'the sky above the port' },
    } as const;
    const content = [{ type: 'text', text: 'the color of television' }] as const;
    const result = { type: 'tool-result', callId: 'c', name: 'look', content } as const;
    const messages: readonly Message[] = [
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'assistant', parts: [{ type: 'reasoning', text: 'I wonder.' }, call] },
      { role: 'tool', parts: [result] },
    ];
    const texts = ['Be brief.', 'I wonder.', 'look', JSON.stringify(call.args), content[0].text];
    const sum = texts.reduce((total, text) => total + estimateTokens(text), 0);
    expect(tokens({ messages })).toBe(sum + 3 * 4 + 2 * 4 + 3);
  });

  it('is higher for a vendor that adds hidden tokens', () => {
    expect(tokens({ tools: [tool] }, 'anthropic') - tokens({ tools: [tool] }, 'unknown')).toBe(400);
    expect(tokens({}, 'cohere') - tokens({}, 'openai')).toBe(490);
    expect(tokens({}, 'constructor')).toBe(tokens({}));
  });

  it.each([
    ['claude-sonnet-4-0', 340],
    ['claude-sonnet-4-20250514', 340],
    ['claude-opus-4-1', 340],
    ['claude-3-7-sonnet-20250219', 340],
    ['claude-sonnet-4-5-20250929', 500],
    ['claude-opus-5-5', 500],
  ])('includes the instructions for tools of %s', (model, instructions) => {
    const withTool = (vendor: string): number =>
      estimateRequest(requestOf({ tools: [tool] }), { vendor, model }).tokens;
    expect(withTool('anthropic') - withTool('mistral')).toBe(instructions - 10);
  });

  it('counts the tools of OpenAI and Google as declarations, which are shorter than JSON', () => {
    const member = (type: string) => ({ type, description: 'a number of the sum' });
    const parameters = { type: 'object', properties: { a: member('integer'), b: member('integer') } };
    const add = { name: 'add', description: 'Adds two numbers', parameters };
    const ofTools = (vendor: string): number => tokens({ tools: [add, add] }, vendor) - tokens({}, vendor);
    expect(ofTools('openai')).toBe(ofTools('google'));
    expect(ofTools('openai')).toBeLessThan(ofTools('unknown') - 100);
  });

  it('counts members of declarations with their values and their own members', () => {
    const ofProperties = (properties: JsonObject): number =>
      tokens(
        { tools: [{ name: 'x', description: 'x', parameters: { type: 'object', properties } }] },
        'openai',
      );
    const plain = ofProperties({ a: { type: 'string' } });
    expect(ofProperties({ a: { type: 'string', enum: ['red', 'green'] } })).toBe(plain + 2 * (3 + 1));
    expect(ofProperties({ a: { type: 'array', items: { type: 'string' } } })).toBeGreaterThan(plain);
    expect(ofProperties({})).toBeLessThan(plain);
  });

  it('includes a schema of the output only for vendors whose models read the schema', () => {
    const output = { name: 'x', schema: { type: 'object', properties: { a: { type: 'string' } } } };
    const size = estimateTokens(JSON.stringify(output.schema));
    const ofOutput = (vendor: string): number => tokens({ output }, vendor) - tokens({}, vendor);
    expect(['openai', 'anthropic', 'google'].map(ofOutput)).toEqual([size, size + 170, 0]);
  });

  it('is not higher for JSON without a schema', () => {
    expect(tokens({ output: { name: 'x', schema: undefined } })).toBe(tokens({}));
  });

  it('uses a custom counter', () => {
    const { tokens: tokenCount } = estimateRequest(requestOf({ system: 'abc' }), {
      count: ({ length }) => length,
    });
    expect(tokenCount).toBe(3 + 'hello there'.length + 4 + 3);
  });

  it('is the sum of its messages and a constant', () => {
    const messages = [user('hello there'), user('and more')];
    const sum = messages.reduce((total, message) => total + estimateMessage(message), 0);
    expect(tokens({ messages })).toBe(sum + 3);
  });

  it('is at most the upper bound', () => {
    for (const vendor of ['openai', 'anthropic', 'cohere', 'unknown']) {
      for (const more of [{}, { tools: [tool] }]) {
        const estimate = estimateRequest(requestOf(more), { vendor });
        expect(estimate.max).toBeGreaterThan(estimate.tokens);
      }
    }
  });
});
