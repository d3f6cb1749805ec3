import { hasRecordings } from '@majordomo/test-support';
import { bedrockConverse, geminiGenerate, ollamaChat, openaiResponses, type Wire } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { accepted } from './corpus/recordings.ts';

/** Requests that a vendor accepted although a rule rejects them, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'gemini/gen-u-reasoning-52-test-multimodal-tool-return-matrix-tool-re': 'the image was elided',
  'openai/resp-u-text-66-response-with-file-inputs-yaml': 'a stored prompt contains model and input',
  'vertex/gen-u-reasoning-23-chat-multimodal-tool-attachments-vertexai': 'the document was elided',
  'gemini/gemini-u-06-chat-multimodal-tool-attachments-gemini-gemi/1': 'the document was elided',
};

const WIRES: readonly (readonly [wire: Wire, least: number])[] = [
  [geminiGenerate, 60],
  [bedrockConverse, 35],
  [openaiResponses, 50],
  [ollamaChat, 20],
];

describe.runIf(hasRecordings).each(WIRES)(
  'recorded requests of $name that the vendor accepted',
  (wire, least) => {
    const rejectedRequests = accepted(wire.name)
      .map(({ id, body }) => ({ id, violations: wire.validate(body, { signatures: 'any' }) }))
      .filter(({ violations }) => violations.length > 0);

    it('are accepted, except the exceptions', () => {
      expect(rejectedRequests.filter(({ id }) => !(id in EXCEPTIONS))).toEqual([]);
      expect(accepted(wire.name).length).toBeGreaterThanOrEqual(least);
    });

    it('use every exception', () => {
      const ids = new Set(rejectedRequests.map(({ id }) => id));
      const exceptionIds = Object.keys(EXCEPTIONS).filter((id) =>
        accepted(wire.name).some((recording) => recording.id === id),
      );
      expect(exceptionIds.filter((id) => !ids.has(id))).toEqual([]);
    });

    it('are read with every message', () => {
      for (const { body, id } of accepted(wire.name)) {
        const { contents, messages, input } = body as Readonly<Record<string, unknown>>;
        const all = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
        expect([id, wire.read('', body).messages]).toEqual([id, contents ?? messages ?? all ?? []]);
      }
    });
  },
);
