import { anything, asList, asText, list, object, text, textOr } from '@majordomo/core/toolkit';
import { endpoint, jsonReply, piecesOf, soundReply } from '../operations/operation.ts';
import { isString } from '../shape.ts';
import type { OperationReply, WireOperation } from '../wire.ts';
import { modelOfRun, RUN_PATH } from './read.ts';

// Operations of Workers AI other than chat. Source: the model pages of developers.cloudflare.com/workers-ai/models, 2026-11.

const enveloped = (result: object): OperationReply =>
  jsonReply({ result, success: true, errors: [], messages: [] }, RAY);

const RAY = { 'cf-ray': 'req_test' };

// All operations have the same path, so the body shows the operation: an array in `text` is embedded, and a string is spoken.

const embeddings = endpoint('embedding', {
  path: RUN_PATH,
  isOwn: ({ text: values }) => Array.isArray(values),
  shape: object({ text: textOr(list(text, 1, 100)) }, { pooling: text, truncate_inputs: anything }),
  read: ({ text: values }, path) => ({ model: modelOfRun(path), values: asList(values).filter(isString) }),
  answer({ vectors }) {
    const data = vectors.map((vector) => [...vector]);
    return enveloped({ shape: [data.length, data[0]?.length ?? 0], data });
  },
});

const transcriptions = endpoint('transcription', {
  path: RUN_PATH,
  isOwn: ({ audio }) => audio !== undefined,
  shape: object(
    { audio: textOr(list(anything, 1, Number.MAX_SAFE_INTEGER)) },
    { language: text, initial_prompt: text, task: text, vad_filter: anything, prefix: text },
  ),
  read({ audio }, path) {
    const bytes = isString(audio) ? Buffer.from(audio, 'base64') : asList(audio).map(Number);
    return { model: modelOfRun(path), audio: { mediaType: '', bytes: Uint8Array.from(bytes) } };
  },
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

/** Speech endpoint. MeloTTS reads `prompt` and sends audio as base64 in an object. The other models read `text` and send bytes. */
const speech = endpoint('speech', {
  path: RUN_PATH,
  isOwn: ({ text: spoken, prompt, messages }) =>
    (isString(spoken) || isString(prompt)) && messages === undefined,
  shape: object(
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
  read: ({ text: spoken, prompt }, path) => ({
    model: modelOfRun(path),
    text: asText(spoken ?? prompt),
    format: spoken === undefined ? 'base64' : undefined,
  }),
  answer(turn, { format }) {
    if (format !== 'base64') return soundReply(turn, 'audio/mpeg', RAY);
    return enveloped({ audio: Buffer.concat(piecesOf(turn.audio)).toString('base64') });
  },
});

/** Endpoints of Workers AI for operations other than chat. */
export const workersaiOperations: readonly WireOperation[] = [embeddings, transcriptions, speech];
