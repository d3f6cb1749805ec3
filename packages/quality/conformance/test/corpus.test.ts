import { hasRecordings, skippedNote } from '@majordomo/test-support';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChatWire,
  openaiResponses,
  type Wire,
} from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS } from './corpus/exceptions.ts';
import { accepted, requests } from './corpus/recordings.ts';

/** Wires with the number of requests that vendors accepted at least. */
const WIRES: readonly (readonly [name: string, wireOf: (vendor: string) => Wire, least: number])[] = [
  ['openai-chat', (vendor) => openaiChatWire(chatDialects[vendor]), 41],
  ['anthropic-messages', () => anthropicMessages, 41],
  ['gemini-generate', () => geminiGenerate, 60],
  ['bedrock-converse', () => bedrockConverse, 35],
  ['openai-responses', () => openaiResponses, 50],
  ['ollama-chat', () => ollamaChat, 20],
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
  it.each(WIRES)('%s: accepts all requests except the exceptions', (name, wireOf, least) => {
    const rejectedRequests = accepted(name)
      .filter(({ id }) => !(id in EXCEPTIONS))
      .map(({ id, vendor, body }) => ({
        id,
        violations: wireOf(vendor).validate(body, { signatures: 'any' }),
      }))
      .filter(({ violations }) => violations.length > 0);
    expect(rejectedRequests).toEqual([]);
    expect(accepted(name).length).toBeGreaterThanOrEqual(least);
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

  it.each(WIRES)('%s: reads every message, and the model of a body', (name, wireOf) => {
    for (const { vendor, body, id } of accepted(name)) {
      const { model, contents, messages, input } = body as Readonly<Record<string, unknown>>;
      const all = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
      const listed = contents ?? messages ?? all;
      const read = wireOf(vendor).read('', body);
      // Some recordings have a note in place of the messages.
      expect([id, read.messages]).toEqual([id, Array.isArray(listed) ? listed : []]);
      if (model !== undefined) expect([id, read.model]).toEqual([id, model]);
    }
  });
});
