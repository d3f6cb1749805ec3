import { anything, asList, asRecord, asText, list, object, text, textOr } from '@majordomo/core/toolkit';
import {
  embeddingEndpoint,
  jsonReply,
  soundReply,
  speechEndpoint,
  transcriptionEndpoint,
} from '../operations/operation.ts';
import { isString, violations } from '../shape.ts';
import type { OperationReply, WireOperation } from '../wire.ts';
import { isRun, modelOfRun } from './read.ts';

// Operations of Workers AI other than chat. Source: the model pages of developers.cloudflare.com/workers-ai/models, 2026-11.

const enveloped = (result: object): OperationReply =>
  jsonReply({ result, success: true, errors: [], messages: [] }, RAY);

const RAY = { 'cf-ray': 'req_test' };

/** Returns a function that recognizes requests of an operation by their body, because all operations have the same path. */
const run =
  (isOwn: (body: Readonly<Record<string, unknown>>) => boolean) =>
  (method: string, path: string, body: unknown): boolean =>
    method === 'POST' && isRun(path) && isOwn(asRecord(body));

const embeddings = embeddingEndpoint({
  accepts: run(({ text: values }) => Array.isArray(values)),
  read: (path, body) => ({
    model: modelOfRun(path),
    values: asList(asRecord(body)['text']).filter(isString),
  }),
  validate: (body) =>
    violations(body, [
      object({ text: textOr(list(text, 1, 100)) }, { pooling: text, truncate_inputs: anything }),
    ]),
  answer({ vectors }) {
    const data = vectors.map((vector) => [...vector]);
    return enveloped({ shape: [data.length, data[0]?.length ?? 0], data });
  },
});

const transcriptions = transcriptionEndpoint({
  accepts: run(({ audio }) => audio !== undefined),
  read(path, body) {
    const { audio } = asRecord(body);
    const bytes = isString(audio) ? Buffer.from(audio, 'base64') : asList(audio).map(Number);
    return { model: modelOfRun(path), audio: { mediaType: '', bytes: Uint8Array.from(bytes) } };
  },
  validate: (body) =>
    violations(body, [
      object(
        { audio: textOr(list(anything, 1, Number.MAX_SAFE_INTEGER)) },
        { language: text, initial_prompt: text, task: text, vad_filter: anything, prefix: text },
      ),
    ]),
  answer: ({ transcript, language, durationMs, segments = [] }) =>
    enveloped({
      text: transcript,
      word_count: transcript.split(' ').length,
      transcription_info: { language, duration: durationMs === undefined ? undefined : durationMs / 1000 },
      segments: segments.map(({ text: spoken, startMs, endMs }) => ({
        text: spoken,
        start: startMs / 1000,
        end: endMs / 1000,
      })),
    }),
});

/** Speech endpoint. MeloTTS sends audio as base64 in an object. The other models send the bytes of the audio. */
const speech = speechEndpoint({
  accepts: run(
    ({ text: spoken, prompt, messages }) => (isString(spoken) || isString(prompt)) && messages === undefined,
  ),
  read(path, body) {
    const { text: spoken, prompt } = asRecord(body);
    const isMelo = spoken === undefined;
    return {
      model: modelOfRun(path),
      text: asText(isMelo ? prompt : spoken),
      format: isMelo ? 'base64' : undefined,
    };
  },
  validate: (body) =>
    violations(body, [
      object(
        {},
        {
          text,
          prompt: text,
          lang: text,
          speaker: text,
          encoding: text,
          container: text,
          bit_rate: anything,
          sample_rate: anything,
        },
      ),
    ]),
  answer(turn, { format }) {
    if (format !== 'base64') return soundReply(turn, 'audio/mpeg', RAY);
    const pieces = turn.audio instanceof Uint8Array ? [turn.audio] : turn.audio;
    return enveloped({ audio: Buffer.concat(pieces).toString('base64') });
  },
});

/** Endpoints of Workers AI for operations other than chat. */
export const workersaiOperations: readonly WireOperation[] = [embeddings, transcriptions, speech];
