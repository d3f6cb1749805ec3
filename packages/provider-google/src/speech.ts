import {
  LlmError,
  type ModelContext,
  type SpeechBackend,
  type SpeechRequest,
  type SpeechStep,
  type Warning,
} from '@majordomo/core';
import { asText, fromBase64, isRecord } from '@majordomo/core/toolkit';
import { limitBody, extraFor, sseMessages } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { toLlmError, type GeminiFacts } from './errors.ts';
import { finishedCandidate, type Candidate } from './response.ts';
import { wavHeader } from './wav.ts';

/** The key of `SpeechRequest.extra` for this wire. */
const WIRE = 'gemini-generate';

/** A model that speaks: bare samples, which become WAV here. */
export const speechModel = (modelId: string, connection: Connection): SpeechBackend => ({
  id: modelId,
  async *speak(request, context) {
    const { target, signal } = context;
    const facts: GeminiFacts = { target, secrets: [] };
    try {
      const { params, warnings } = toSpeechParams(request, target);
      const extra = extraFor(request.extra, WIRE, target);
      const response = await connection.generate({ modelId, params, extra, context, facts });
      yield { bytes: new Uint8Array(), warnings };
      yield* sound(candidates(response, context, facts), request, context);
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, facts);
    }
  },
});

/** Pure: a request as generateContent has it. Throws `unsupported` for formats that would have to be encoded. */
export function toSpeechParams(
  { text, voice, format = 'wav', speed, instructions }: SpeechRequest,
  target: string,
): {
  readonly params: { contents: readonly object[]; config: object };
  readonly warnings: readonly Warning[];
} {
  if (format !== 'wav' && format !== 'pcm')
    throw new LlmError('unsupported', `${target} speaks wav, pcm, and not ${format}`, {
      target,
      path: 'format',
    });
  // How it is to be said is said in the prompt (ai.google.dev/gemini-api/docs/speech-generation, 2026-11).
  const asked = instructions === undefined ? text : `${instructions}\n\n${text}`;
  return {
    params: {
      contents: [{ role: 'user', parts: [{ text: asked }] }],
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
  why: 'this wire has none: say it in instructions',
};

/** One candidate of a whole body, or one of each event. */
async function* candidates(
  response: Response,
  { delivery, target }: ModelContext,
  facts: GeminiFacts,
): AsyncGenerator<Candidate> {
  if (delivery === 'complete') {
    yield finishedCandidate(await limitBody(response, target, MOST_BYTES).json(), facts);
    return;
  }
  let isOver = false;
  for await (const { data } of sseMessages(response.body ?? new ReadableStream())) {
    const candidate = finishedCandidate(JSON.parse(data), facts);
    isOver ||= candidate.finishReason !== '';
    yield candidate;
  }
  if (!isOver) throw new LlmError('truncated', `${target} stopped before its end`, { target });
}

/** An hour and a half of samples in base64. */
const MOST_BYTES = 384 * 2 ** 20;

async function* sound(
  given: AsyncIterable<Candidate>,
  { format }: SpeechRequest,
  { delivery, target }: ModelContext,
): AsyncGenerator<SpeechStep> {
  let isHeaded = false;
  for await (const { parts, usage } of given) {
    const pieces = parts.flatMap(({ inlineData, thought }, at) => {
      if (!isRecord(inlineData) || thought === true) return [];
      const path = `candidates[0].content.parts[${at}].inlineData.data`;
      return [{ type: asText(inlineData.mimeType) ?? '', bytes: bytesOf(inlineData.data, target, path) }];
    });
    const length = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (const { type, bytes } of pieces) {
      if (!isHeaded) yield opening(type, format, delivery === 'complete' ? length : undefined);
      yield { bytes };
      isHeaded = true;
    }
    if (usage !== undefined) yield { bytes: new Uint8Array(), usage };
  }
}

/** What comes before the sound: its type, and a header where samples come without one. Other sounds are passed on. */
function opening(type: string, format: SpeechRequest['format'], length: number | undefined): SpeechStep {
  const bytes = new Uint8Array();
  if (!/^audio\/(?:l16|pcm)/i.test(type)) return { mediaType: type, bytes };
  if (format === 'pcm') return { mediaType: 'audio/pcm', bytes };
  const said = Number(/rate=(\d+)/i.exec(type)?.[1]);
  const rate = said > 0 && said <= HIGHEST_RATE ? said : USUAL_RATE;
  return { mediaType: 'audio/wav', bytes: wavHeader(rate, length) };
}

/** Hertz: more is no rate of sound. */
const HIGHEST_RATE = 768_000;
/** Hertz. */
const USUAL_RATE = 24_000;

function bytesOf(data: unknown, target: string, path: string): Uint8Array {
  try {
    if (typeof data === 'string') return fromBase64(data);
  } catch {
    // Said below.
  }
  throw new LlmError('protocol', `${target}: ${path} is no base64`, { target, path });
}
