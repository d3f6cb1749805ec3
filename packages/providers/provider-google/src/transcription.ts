import {
  LlmError,
  type ModelContext,
  type TranscriptionBackend,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type Warning,
} from '@majordomo/core';
import { asLanguage, asList, asNumber, asRecord, asText, toBase64 } from '@majordomo/core/toolkit';
import { limitBody, extraFor, type ErrorContext } from '@majordomo/wire-kit';
import { sessionCall } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { servedByGemini } from './facts.ts';
import { finishedCandidate } from './response.ts';

const WIRE = 'gemini-generate';

type TranscriptionResult = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** Creates a transcription model that calls a chat model, because the vendor has no separate endpoint. */
export const transcriptionModel = (
  modelId: string,
  limits: Pick<TranscriptionBackend, 'mediaTypes' | 'maxBytes' | 'timeouts'>,
  connection: Connection,
): TranscriptionBackend => ({
  id: modelId,
  ...limits,
  transcribe: (request, callContext) =>
    sessionCall(connection.open, callContext, async (session) => {
      const { target } = callContext;
      const params = toTranscriptionParams(request);
      const extra = extraFor(request.extra, WIRE, target);
      const context: ModelContext = { ...callContext, delivery: 'complete' };
      const response = await session.generate({ modelId, params, extra, context });
      const json: unknown = await limitBody(response, target).json();
      return { ...fromTranscription(json, request, session), ...servedByGemini(WIRE, json, session) };
    }),
});

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

function toTranscriptionParams({ audio, mediaType, language, prompt, timestamps }: TranscriptionRequest): {
  readonly contents: readonly object[];
  readonly config: object;
} {
  const instructions = [
    'Write down word for word what is said in this recording, without any remark of your own.',
    timestamps === undefined
      ? 'Answer with the transcript alone, and with nothing at all where nobody speaks.'
      : 'One segment for each sentence; none where nobody speaks.',
    ...(language === undefined ? [] : [`The language that is spoken: ${language}.`]),
    ...(prompt === undefined ? [] : [`Words and names that may occur, or what was said before:\n${prompt}`]),
  ];
  const recording = { inlineData: { mimeType: mediaType, data: toBase64(audio) } };
  return {
    contents: [{ role: 'user', parts: [recording, { text: instructions.join('\n') }] }],
    config:
      timestamps === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: SEGMENTS },
  };
}

/**
 * Converts a transcription. Throws `truncated` for an incomplete response, `content-filter` for a blocked response, and
 * `protocol` for an invalid response.
 */
function fromTranscription(
  json: unknown,
  { timestamps }: Pick<TranscriptionRequest, 'timestamps'>,
  facts: ErrorContext,
): TranscriptionResult {
  const { target } = facts;
  const { parts, usage } = finishedCandidate(json, facts);
  const transcript = parts
    .filter(({ thought }) => thought !== true)
    .map(({ text }) => asText(text) ?? '')
    .join('')
    .trim();
  const result = { durationMs: undefined, target, usage };
  if (timestamps === undefined)
    return { ...result, text: transcript, language: undefined, segments: [], warnings: [] };
  const { language, segments } = asRecord(parseSegments(transcript, target));
  const parsedSegments = asList(segments).flatMap(segmentOf);
  return {
    ...result,
    text: parsedSegments.map(({ text }) => text).join(' '),
    language: asLanguage(language),
    segments: parsedSegments,
    warnings: timestamps === 'word' ? [NO_WORDS] : [],
  };
}

function segmentOf(raw: unknown): TranscriptionResult['segments'] {
  const { text, start, end } = asRecord(raw);
  const content = asText(text);
  const from = asNumber(start);
  const to = asNumber(end);
  if (content === undefined || from === undefined || to === undefined) return [];
  return [{ text: content.trim(), startMs: Math.round(from * 1000), endMs: Math.round(to * 1000) }];
}

function parseSegments(transcript: string, target: string): unknown {
  try {
    return JSON.parse(transcript);
  } catch (cause) {
    const path = 'candidates[0].content.parts';
    throw new LlmError(
      'protocol',
      `${target}: expected \`${path}\` to be JSON with segments; omit \`timestamps\` to receive plain text`,
      { target, path },
      { cause },
    );
  }
}

const NO_WORDS: Warning = {
  action: 'coerced',
  what: 'timestamps',
  why: 'a chat model cannot return timestamps of words; timestamps of segments were requested',
};
