import { hasRecordings, skippedNote } from '@majordomo/test-support';
import { anthropicMessages, chatDialects, openaiChatWire, type Wire } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS } from './corpus/exceptions.ts';
import { accepted, requests } from './corpus/recordings.ts';

const WIRES: readonly (readonly [name: string, wireOf: (vendor: string) => Wire])[] = [
  ['openai-chat', (vendor) => openaiChatWire(chatDialects[vendor] ?? { name: vendor })],
  ['anthropic-messages', () => anthropicMessages],
];

it.skipIf(!hasRecordings)(`recordings exist${skippedNote}`, () => {
  expect(WIRES.every(([name]) => requests(name).length > 0)).toBe(true);
});

/** Requests that the vendor rejected, and the rule that must reject them. */
const REJECTED_RECORDINGS: readonly (readonly [id: string, rule: string])[] = [
  ['doubleword/chat-u-error-400-00-invalid-temperature-blocking-yaml', 'out-of-range'],
  ['llamacpp/chat-u-error-400-07-video-part-is-refused-yaml', 'unknown-value'],
  ['openai/chat-u-error-400-00-openai-gpt-5-mini-completions-yaml', 'unsupported-parameter'],
  ['anthropic/msg-u-error-400-07-seventeen-union-parameters-are-rejected-ya', 'strict-limits'],
  ['anthropic/msg-u-error-400-10-boolean-root-schema-is-rejected-for-tool-i', 'wrong-type'],
  ['anthropic/msg-u-error-400-13-twenty-one-strict-tools-are-rejected-yaml', 'strict-limits'],
  ['anthropic/msg-u-error-400-14-validation-error-carries-identity-yaml', 'out-of-range'],
];

describe.runIf(hasRecordings)('recorded requests that a vendor accepted', () => {
  it.each(WIRES)('%s: accepts all requests except the exceptions', (name, wireOf) => {
    const rejectedRequests = accepted(name)
      .filter(({ id }) => !(id in EXCEPTIONS))
      .map(({ id, vendor, body }) => ({
        id,
        violations: wireOf(vendor).validate(body, { signatures: 'any' }),
      }))
      .filter(({ violations }) => violations.length > 0);
    expect(rejectedRequests).toEqual([]);
    expect(accepted(name).length).toBeGreaterThan(40);
  });

  it.each(REJECTED_RECORDINGS)('%s is rejected by the rule %s, as by the vendor', (id, rule) => {
    const violations = WIRES.flatMap(([name, wireOf]) =>
      requests(name)
        .filter((recording) => recording.id === id)
        .flatMap(({ vendor, body }) => wireOf(vendor).validate(body, { signatures: 'any' })),
    );
    expect(violations.map((violation) => violation.rule)).toContain(rule);
  });

  it.each(WIRES)('%s: every exception is needed', (name, wireOf) => {
    const unneededExceptions = accepted(name)
      .filter(({ id }) => id in EXCEPTIONS)
      .filter(({ vendor, body }) => wireOf(vendor).validate(body, { signatures: 'any' }).length === 0);
    expect(unneededExceptions.map(({ id }) => id)).toEqual([]);
  });

  it('every exception names an existing recording', () => {
    const recordedIds = new Set(WIRES.flatMap(([name]) => accepted(name).map(({ id }) => id)));
    expect(Object.keys(EXCEPTIONS).filter((id) => !recordedIds.has(id))).toEqual([]);
  });

  it.each(WIRES)('%s: reads the model and every message', (name, wireOf) => {
    for (const { vendor, body, id } of accepted(name)) {
      if (id in EXCEPTIONS) continue;
      const { model, messages } = body as { model: string; messages: unknown[] };
      const read = wireOf(vendor).read('', body);
      expect([id, read.model, read.messages.length]).toEqual([id, model, messages.length]);
    }
  });
});
