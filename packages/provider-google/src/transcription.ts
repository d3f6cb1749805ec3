import {
  LlmError,
  type ModelContext,
  type TranscriptionBackend,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type Warning,
} from '@majordomo/core';
import { asLanguage, asList, asNumber, asRecord, asText, toBase64 } from '@majordomo/core/toolkit';
import { limitBody, extraFor } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { toLlmError, type GeminiFacts } from './errors.ts';
import { finishedCandidate } from './response.ts';

/** The key of `TranscriptionRequest.extra` for this wire. */
const WIRE = 'gemini-generate';

type Heard = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** A chat model that is asked to write down what it hears: the vendor has no other endpoint. */
export const transcriptionModel = (
  modelId: string,
  limits: Pick<TranscriptionBackend, 'mediaTypes' | 'maxBytes' | 'timeouts'>,
  connection: Connection,
): TranscriptionBackend => ({
  id: modelId,
  ...limits,
  async transcribe(request, asked) {
    const { target, signal } = asked;
    const facts: GeminiFacts = { target, secrets: [] };
    try {
      const params = toTranscriptionParams(request);
      const extra = extraFor(request.extra, WIRE, target);
      const context: ModelContext = { ...asked, delivery: 'complete' };
      const response = await connection.generate({ modelId, params, extra, context, facts });
      return fromTranscription(await limitBody(response, target).json(), request, facts);
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, facts);
    }
  },
});

/** Of segments, where they are asked for. */
const SEGMENTS = {
  type: 'object',
  properties: {
    language: { type: 'string', description: 'BCP 47 tag of the language that is spoken' },
    segments: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          text: { type: 'string' },
          start: { type: 'number', description: 'seconds from the start of the recording' },
          end: { type: 'number', description: 'seconds from the start of the recording' },
        },
        required: ['text', 'start', 'end'],
      },
    },
  },
  required: ['language', 'segments'],
} as const;

/** Pure: a request as generateContent has it. */
export function toTranscriptionParams({
  audio,
  mediaType,
  language,
  prompt,
  timestamps,
}: TranscriptionRequest): { readonly contents: readonly object[]; readonly config: object } {
  const words = [
    'Write down word for word what is said in this recording, without any remark of your own.',
    timestamps === undefined
      ? 'Answer with the transcript alone, and with nothing at all where nobody speaks.'
      : 'One segment for each sentence; none where nobody speaks.',
    ...(language === undefined ? [] : [`The language that is spoken: ${language}.`]),
    ...(prompt === undefined ? [] : [`Words and names that may occur, or what was said before:\n${prompt}`]),
  ];
  const recording = { inlineData: { mimeType: mediaType, data: toBase64(audio) } };
  return {
    contents: [{ role: 'user', parts: [recording, { text: words.join('\n') }] }],
    config:
      timestamps === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: SEGMENTS },
  };
}

/** Pure: what was heard. Throws `truncated` for half of it, `content-filter` for a block, `protocol` for what is none. */
export function fromTranscription(
  json: unknown,
  { timestamps }: Pick<TranscriptionRequest, 'timestamps'>,
  facts: GeminiFacts,
): Heard {
  const { target } = facts;
  const { parts, usage } = finishedCandidate(json, facts);
  const answer = parts
    .filter(({ thought }) => thought !== true)
    .map(({ text }) => asText(text) ?? '')
    .join('')
    .trim();
  const heard = { durationMs: undefined, target, usage };
  if (timestamps === undefined)
    return { ...heard, text: answer, language: undefined, segments: [], warnings: [] };
  const { language, segments } = asRecord(parsed(answer, target));
  const pieces = asList(segments).flatMap(segmentOf);
  return {
    ...heard,
    text: pieces.map(({ text }) => text).join(' '),
    language: asLanguage(language),
    segments: pieces,
    warnings: timestamps === 'word' ? [NO_WORDS] : [],
  };
}

function segmentOf(raw: unknown): Heard['segments'] {
  const { text, start, end } = asRecord(raw);
  const [said, from, to] = [asText(text), asNumber(start), asNumber(end)];
  if (said === undefined || from === undefined || to === undefined) return [];
  return [{ text: said.trim(), startMs: Math.round(from * 1000), endMs: Math.round(to * 1000) }];
}

function parsed(answer: string, target: string): unknown {
  try {
    return JSON.parse(answer);
  } catch (cause) {
    const path = 'candidates[0].content.parts';
    throw new LlmError('protocol', `${target}: ${path} is no JSON of segments`, { target, path }, { cause });
  }
}

const NO_WORDS: Warning = {
  action: 'coerced',
  what: 'timestamps',
  why: 'a chat model is asked for segments: its times of words are guesses',
};
