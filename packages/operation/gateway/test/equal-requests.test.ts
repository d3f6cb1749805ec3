import type { ChatRequest } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatRequest } from './support/conversations.ts';
import { CLIENT_WIRES, type ClientWire } from './support/wire-bodies.ts';

/** Number of random requests per wire. */
const REQUESTS = 300;

/** Returns the request that the gateway reads from the JSON of a client. */
const parsed = (wire: ClientWire, request: ChatRequest): ChatRequest =>
  wire.parse(JSON.parse(JSON.stringify(wire.body(request)))).request;

const omitted = (request: ChatRequest, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));

const MESSAGES = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }];
const CALL = { type: 'tool-call' as const, id: 'call_a', name: 'weather', args: { city: 'Oslo' } };
const FAILED_CALL: ChatRequest = {
  messages: [
    ...MESSAGES,
    { role: 'assistant', parts: [CALL] },
    {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_a',
          name: 'weather',
          content: [{ type: 'text', text: 'no network' }],
          isError: true,
        },
      ],
    },
  ],
  maxTokens: 100,
};

describe.each(CLIENT_WIRES.map((wire) => [wire.name, wire] as const))('a request over %s', (_, wire) => {
  it('equals the same request over the other wires', () => {
    const property = fc.property(chatRequest, (request) => {
      expect(parsed(wire, request)).toEqual(omitted(request, wire.without));
    });
    fc.assert(property, { numRuns: REQUESTS, seed: 20 });
  });

  it('has no warning', () => {
    const property = fc.property(chatRequest, (request) => {
      const body: unknown = JSON.parse(JSON.stringify(wire.body(request)));
      expect(wire.parse(body).notes).toEqual([]);
    });
    fc.assert(property, { numRuns: 50, seed: 20 });
  });
});

describe('a failed tool call', () => {
  it.each(['Messages', 'Gemini'])('is marked over %s', (name) => {
    const wire = CLIENT_WIRES.find((each) => each.name === name);
    expect(wire && parsed(wire, FAILED_CALL)).toEqual(FAILED_CALL);
  });
});

describe('a thinking budget', () => {
  it.each([
    [1024, 'minimal'],
    [2000, 'low'],
    [8000, 'medium'],
    [16_000, 'high'],
    [32_000, 'xhigh'],
    [48_000, 'max'],
  ])('of %d tokens is the effort %s over Messages and over Gemini', (budget, effort) => {
    const bodies: Readonly<Record<string, object>> = {
      Messages: {
        model: 'm',
        max_tokens: 50_000,
        messages: [{ role: 'user', content: 'hi' }],
        thinking: { type: 'enabled', budget_tokens: budget },
      },
      Gemini: {
        contents: [{ parts: [{ text: 'hi' }] }],
        generationConfig: { thinkingConfig: { thinkingBudget: budget } },
      },
    };
    for (const [name, body] of Object.entries(bodies)) {
      const wire = CLIENT_WIRES.find((each) => each.name === name);
      expect(wire?.parse(body).request.reasoning).toBe(effort);
    }
  });
});
