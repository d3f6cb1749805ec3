import {
  LlmError,
  type ModelContext,
  type SpeechBackend,
  type SpeechRequest,
  type SpeechStep,
  type Warning,
} from '@majordomo/core';
import { asText, isRecord } from '@majordomo/core/toolkit';
import { limitBody, extraFor, sseMessages } from '@majordomo/wire-kit';
import { bytesOfBase64 } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import type { GeminiErrorContext } from './errors.ts';
import { servedByGemini } from './facts.ts';
import { finishedCandidate, type Candidate } from './response.ts';
import { wavHeader } from './wav.ts';

const WIRE = 'gemini-generate';

/** Creates a speech model. The default format is WAV, which this package creates from the vendor's raw samples. */
export const speechModel = (modelId: string, connection: Connection): SpeechBackend => ({
  id: modelId,
  async *speak(request, context) {
    const { target, signal } = context;
    const session = connection.open({ target });
    try {
      const { params, warnings } = toSpeechParams(request, target);
      const extra = extraFor(request.extra, WIRE, target);
      const response = await session.generate({ modelId, params, extra, context });
      // The first step has no bytes, so that the caller receives the warnings before the speech.
      yield { bytes: new Uint8Array(), warnings };
      yield* readSound(readCandidates(response, context, session), request, context);
    } catch (error) {
      signal.throwIfAborted();
      throw session.toLlmError(error);
    }
  },
});

/** Converts a request. Throws `unsupported` for audio formats that need an encoder. */
function toSpeechParams(
  { text, voice, format = 'wav', speed, instructions }: SpeechRequest,
  target: string,
): {
  readonly params: { contents: readonly object[]; config: object };
  readonly warnings: readonly Warning[];
} {
  if (format !== 'wav' && format !== 'pcm')
    throw new LlmError('unsupported', `${target}: format ${format} is not supported; use wav or pcm`, {
      target,
      path: 'format',
    });
  // Instructions are part of the prompt (ai.google.dev/gemini-api/docs/speech-generation, 2026-11).
  const prompt = instructions === undefined ? text : `${instructions}\n\n${text}`;
  return {
    params: {
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      config: {
        responseModalities: ['AUDIO'],
        ...(voice !== undefined && {
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } },
        }),
      },
    },
    warnings: speed === undefined ? [] : [NO_SPEED],
  };
}

const NO_SPEED: Warning = {
  action: 'dropped',
  what: 'speed',
  why: 'this API has no speed setting; describe the speed in instructions',
};

type ServedCandidate = Candidate & Pick<SpeechStep, 'model' | 'vendor'>;

async function* readCandidates(
  response: Response,
  { delivery, target }: ModelContext,
  facts: GeminiErrorContext,
): AsyncGenerator<ServedCandidate> {
  if (delivery === 'complete') {
    const json: unknown = await limitBody(response, target, MAX_BYTES).json();
    yield { ...finishedCandidate(json, facts), ...servedByGemini(WIRE, json, facts) };
    return;
  }
  let isFinished = false;
  for await (const { data } of sseMessages(response.body ?? new Blob([]).stream())) {
    const json: unknown = JSON.parse(data);
    const candidate = finishedCandidate(json, facts);
    isFinished ||= candidate.finishReason !== '';
    yield { ...candidate, ...servedByGemini(WIRE, json, facts) };
  }
  if (!isFinished)
    throw new LlmError('truncated', `${target}: the stream ended without a finish reason`, { target });
}

/** Maximum size of a response in bytes: 90 minutes of samples in base64. */
const MAX_BYTES = 384 * 2 ** 20;

async function* readSound(
  candidates: AsyncIterable<ServedCandidate>,
  { format }: SpeechRequest,
  { delivery, target }: ModelContext,
): AsyncGenerator<SpeechStep> {
  let hasHeader = false;
  for await (const { parts, usage, model, vendor } of candidates) {
    const pieces = parts.flatMap(({ inlineData, thought }, at) => {
      if (!isRecord(inlineData) || thought === true) return [];
      const path = `candidates[0].content.parts[${at}].inlineData.data`;
      return [{ type: asText(inlineData.mimeType) ?? '', bytes: bytesOf(inlineData.data, target, path) }];
    });
    const length = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (const { type, bytes } of pieces) {
      if (!hasHeader) yield soundHeader(type, format, delivery === 'complete' ? length : undefined);
      yield { bytes };
      hasHeader = true;
    }
    yield { bytes: new Uint8Array(), usage, model, vendor };
  }
}

/**
 * Returns the step with the media type. For raw samples, it contains a WAV header. Audio of any other type contains its own header.
 * `length`: size of all samples in bytes; `undefined` in a stream, whose length is not known.
 */
function soundHeader(type: string, format: SpeechRequest['format'], length: number | undefined): SpeechStep {
  const bytes = new Uint8Array();
  if (!/^audio\/(?:l16|pcm)/i.test(type)) return { mediaType: type, bytes };
  if (format === 'pcm') return { mediaType: 'audio/pcm', bytes };
  const stated = Number(/rate=(\d+)/i.exec(type)?.[1]);
  const rate = stated > 0 && stated <= MAX_RATE ? stated : DEFAULT_RATE;
  return { mediaType: 'audio/wav', bytes: wavHeader(rate, length) };
}

/** Sample rates in samples per second. A media type without a rate up to the maximum has the default rate. */
const MAX_RATE = 768_000;
const DEFAULT_RATE = 24_000;

function bytesOf(data: unknown, target: string, path: string): Uint8Array {
  const bytes = typeof data === 'string' ? bytesOfBase64(data) : undefined;
  if (bytes !== undefined) return bytes;
  throw new LlmError('protocol', `${target}: expected \`${path}\` to be a base64 string`, { target, path });
}
