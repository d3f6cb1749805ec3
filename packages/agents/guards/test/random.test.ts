import {
  createMajordomo,
  toolResult,
  user,
  type ModelEvent,
  type Provider,
  type StreamEvent,
} from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { EventWriter } from '@majordomo/wire-kit';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { forbid, guarded, type Check } from '../src/index.ts';
import { cutAt, streamed } from './support/calls.ts';

const RUNS = { numRuns: process.env['SOAK'] === undefined ? 40 : 1000, seed: 54 };

/** Model that answers with the given events of text, reasoning and calls, and records what it receives. */
function modelOf(pieces: readonly Piece[]) {
  const received: string[] = [];
  const provider: Provider = {
    spi: 1,
    id: 'a',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(request, { target }) {
        received.push(JSON.stringify([request.system, request.messages]));
        const writer = new EventWriter(target, { collects: true });
        writer.start('r');
        for (const [at, piece] of pieces.entries()) {
          if (piece.type === 'call')
            writer.toolCall(String(at), { id: `c${at}`, name: 'f', json: piece.text });
          else if (piece.type === 'reasoning') writer.reasoning(piece.text);
          else writer.text(piece.text);
          yield writer.take();
        }
        writer.finish('stop', 'stop', undefined);
        yield writer.take();
      },
    }),
  };
  return { model: createMajordomo({ providers: [provider] }).model('a/m'), received };
}

interface Piece {
  readonly type: 'text' | 'reasoning' | 'call';
  readonly text: string;
}

const textOf = (events: readonly StreamEvent[], type: 'text-delta' | 'reasoning-delta'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('');

const email = fc
  .tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{2,6}$/))
  .map(([name, host]) => `${name}@${host}.example`);
const filler = fc.stringMatching(/^[A-Za-z [\]_1"\\\n🌍]{0,12}$/u);
const cuts = fc.array(fc.nat(200), { maxLength: 12 });

it('texts with random values are masked and restored exactly, in random chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(filler, email), { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(filler, fc.nat(5)), { minLength: 1, maxLength: 6 }),
      cuts,
      async (question, answer, positions) => {
        const values = [...new Set(question.map(([, value]) => value))];
        const questionText = question.map(([before, value]) => `${before} ${value} `).join('');
        // A literal placeholder in the question shifts the numbers, so the placeholders come from the request.
        const probe = modelOf([{ type: 'text', text: 'x' }]);
        const request = {
          system: `For ${values[0] ?? ''}`,
          messages: [user(questionText), toolResult([])].slice(0, 1),
        };
        await guarded(probe.model, { mask: {} }).generate(request);
        const [sent = ''] = probe.received;
        const placeholders = [
          ...new Set([...sent.matchAll(/(?<= )\[EMAIL_\d+\](?= |")/g)].map(([placeholder]) => placeholder)),
        ];
        const parts = answer.map(([before, n]) => [before, n % values.length] as const);
        const plain = parts.map(([before, n]) => `${before} ${values[n] ?? ''}`).join('');
        const masked = parts.map(([before, n]) => `${before} ${placeholders[n] ?? ''}`).join('');
        const { model, received } = modelOf(
          cutAt(masked, ...positions).map((text) => ({ type: 'text', text })),
        );
        const { text, events } = await streamed(guarded(model, { mask: {} }), request);
        for (const value of values) expect(received[0]).not.toContain(value);
        expect(text).toBe(plain);
        expect(eventOrderError(events)).toBeUndefined();
        expect((await guarded(model, { mask: {} }).generate(request)).text).toBe(plain);
      },
    ),
    RUNS,
  );
}, 600_000);

it('answers with random checks: the delivered text is a prefix of the allowed text, in a valid order of events', async () => {
  const piece = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: fc.stringMatching(/^[ab🌍]{1,5}$/u) }),
    fc.record({ type: fc.constant('reasoning' as const), text: fc.stringMatching(/^[ab]{1,5}$/) }),
    fc.record({
      type: fc.constant('call' as const),
      text: fc.constantFrom('{}', '{"x":"ab"}', '{"x":"bbb"}'),
    }),
  );
  const options = fc.record({
    phrase: fc.stringMatching(/^[ab]{2,5}$/),
    characters: fc.constantFrom(0, 1, 3, 400),
    context: fc.constantFrom(0, 4, 1000),
    isSlow: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 10 }),
      options,
      async (pieces, { phrase, characters, context, isSlow }) => {
        const rule = forbid({ name: 'f', patterns: [phrase] });
        const slow: Check = {
          ...rule,
          check: async (subject, call) => Promise.resolve().then(() => rule.check(subject, call)),
        };
        const { model } = modelOf(pieces);
        const unguarded = await streamed(model);
        const { events, error } = await streamed(
          guarded(model, { output: [isSlow ? slow : rule], holdBack: { characters, context } }),
        );
        for (const type of ['text-delta', 'reasoning-delta'] as const) {
          const allowed = textOf(unguarded.events, type);
          const delivered = textOf(events, type);
          expect(allowed.startsWith(delivered)).toBe(true);
          // No event contains a phrase that is within one part.
          for (const event of events) if (event.type === type) expect(event.text).not.toContain(phrase);
        }
        for (const event of events)
          if (event.type === 'part-end') expect(JSON.stringify(event.part)).not.toContain(phrase);
        const finished: readonly StreamEvent[] = [...events, ...closing(events)];
        expect(eventOrderError(finished)).toBeUndefined();
        if (unguarded.error !== undefined && error?.kind === unguarded.error.kind) return;
        if (error === undefined) {
          expect(textOf(events, 'text-delta')).toBe(textOf(unguarded.events, 'text-delta'));
          expect(events.filter(({ type }) => type === 'part-end')).toEqual(
            unguarded.events.filter(({ type }) => type === 'part-end'),
          );
        } else {
          expect(error.details.code).toBe('f');
          expect(error.details.partial?.text ?? '').toBe(textOf(events, 'text-delta'));
        }
      },
    ),
    RUNS,
  );
}, 600_000);

/** Events that end the open parts and the answer, so that the order of an incomplete stream can be checked. */
function closing(events: readonly StreamEvent[]): readonly ModelEvent[] {
  if (events.at(-1)?.type === 'finish') return [];
  const open = new Map<number, ModelEvent>();
  for (const event of events) {
    if (event.type === 'part-start' && event.part.type !== 'tool-call')
      open.set(event.index, {
        type: 'part-end',
        index: event.index,
        part: { type: event.part.type, text: '' },
      });
    if (event.type === 'part-end') open.delete(event.index);
  }
  const finish: ModelEvent = { type: 'finish', target: 'a/m', reason: 'stop', raw: 'stop', usage: undefined };
  const start: readonly ModelEvent[] =
    events.length === 0 ? [{ type: 'start', target: 'a/m', id: undefined }] : [];
  return [...start, ...open.values(), finish];
}
