import type { AssistantPart, JsonObject, ModelRequest, TurnMessage, UserTurnPart } from '@majordomo/core';
import fc from 'fast-check';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { serializeBody } from '../src/body.ts';
import { MESSAGES_QUIRKS } from '../src/quirks.ts';
import { toWire } from '../src/request.ts';

const text = fc.constantFrom('', ' ', 'hi ', 'a\ud83d');
const textPart = fc.record({ type: fc.constant('text' as const), text });
const imagePart = fc.constantFrom({
  type: 'image',
  mediaType: 'image/png',
  bytes: new Uint8Array([1, 2]),
} as const);
const contentPart = fc.oneof({ weight: 3, arbitrary: textPart }, { weight: 1, arbitrary: imagePart });
// Some ids are valid and some are not. Two invalid ids differ only in the invalid character.
const id = fc.constantFrom('toolu_1', 'c1', 'call 1', 'call|1', 'x'.repeat(70));
const data = fc.constantFrom<JsonObject>({ signature: 's' }, { redacted: 'r' }, {});

const messages = fc.array<TurnMessage>(
  fc.oneof(
    fc.record({
      role: fc.constant('user' as const),
      parts: fc.array<UserTurnPart>(contentPart, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      role: fc.constant('assistant' as const),
      parts: fc.array<AssistantPart>(
        fc.oneof(
          textPart,
          fc.record({
            type: fc.constant('reasoning' as const),
            text,
            replay: fc.record({ family: fc.constantFrom('claude', 'other'), data }),
          }),
          fc.record({
            type: fc.constant('tool-call' as const),
            id,
            name: fc.constant('f'),
            args: fc.constantFrom<JsonObject>({}, { a: 1 }, { b: '\ude00' }),
          }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({
      role: fc.constant('tool' as const),
      parts: fc.array(
        fc.record({
          type: fc.constant('tool-result' as const),
          callId: id,
          name: fc.constant('f'),
          content: fc.array(contentPart, { maxLength: 2 }),
          isError: fc.boolean(),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  ),
  { minLength: 1, maxLength: 8 },
);

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;

function send(request: ModelRequest) {
  const { params, warnings } = toWire(request, 'claude-x', MESSAGES_QUIRKS, 'claude');
  return { text: serializeBody(params, true), warnings };
}

describe('cached messages', () => {
  it('result in the bytes and warnings of new messages', () => {
    const requestRanges = fc.array(
      fc.record({
        from: fc.nat(3),
        to: fc.integer({ min: 1, max: 8 }),
        cache: fc.constantFrom(SHORT_CACHE, undefined),
      }),
      { minLength: 2, maxLength: 6 },
    );
    fc.assert(
      fc.property(messages, requestRanges, (all, requests) => {
        for (const { from, to, cache } of requests) {
          const part = all.slice(Math.min(from, all.length - 1), to);
          expect(send(requestOf({ messages: part, cache }))).toEqual(
            send(requestOf({ messages: structuredClone(part), cache })),
          );
        }
      }),
      { numRuns: 300, seed: 20_261_120 },
    );
  });

  it('are converted twice if the conversation continues', () => {
    let reads = 0;
    const all = Array.from({ length: 20 }, (_none, at): TurnMessage => {
      const id = `toolu_${at - (at % 2)}`;
      const input = {
        get q() {
          reads++;
          return `a${at}`;
        },
      };
      if (at % 2 === 0)
        return { role: 'assistant', parts: [{ type: 'tool-call', id, name: 'f', args: input }] };
      const content = [{ type: 'text' as const, text: `r${at}` }];
      return { role: 'tool', parts: [{ type: 'tool-result', callId: id, name: 'f', content }] };
    });
    send(requestOf({ messages: all.slice(0, 10) }));
    const firstReads = reads;
    expect(firstReads).toBeGreaterThanOrEqual(5);
    expect(send(requestOf({ messages: all.slice(0, 10) })).text).toContain('a8');
    expect(reads).toBe(2 * firstReads);
    expect(send(requestOf({ messages: all.slice(0, 10) })).text).toContain('a8');
    expect(reads).toBe(2 * firstReads);
    send(requestOf({ messages: all }));
    expect(reads).toBe(3 * firstReads);
  });

  it('are converted again after a change in place', () => {
    const mutablePart = { type: 'text' as const, text: 'before' };
    const messages: TurnMessage[] = [{ role: 'user', parts: [mutablePart] }];
    expect(send(requestOf({ messages })).text).toContain('before');
    mutablePart.text = 'after';
    expect(send(requestOf({ messages })).text).toContain('after');
  });
});
