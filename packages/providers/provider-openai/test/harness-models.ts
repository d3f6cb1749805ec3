import type { Harness } from '@majordomo/conformance';
import type { OtherModelsProfile } from '@majordomo/openai-wire';

/** OpenAI's models for embeddings, transcription and speech. */
export const OPENAI_MODELS: NonNullable<Harness['models']> = {
  embedding: 'text-embedding-3-small',
  transcription: 'whisper-1',
  speech: 'gpt-4o-mini-tts',
  moderation: 'omni-moderation-latest',
  classification: 'gpt-6-luna',
};

/** Returns an unknown model for each operation that the profile does not exclude. For transcription it returns a model with
 * timestamps if not all models of the vendor have them. */
export const harnessModels = ({
  embeddings,
  transcription,
  speech,
  rerank,
  moderation,
  classification,
}: OtherModelsProfile): NonNullable<Harness['models']> => ({
  ...(embeddings !== false && { embedding: 'm' }),
  ...(transcription !== false && { transcription: transcription?.all?.times === 'none' ? 'whisper-1' : 'm' }),
  ...(speech !== false && { speech: 'm' }),
  ...((rerank ?? false) !== false && { rerank: 'm' }),
  ...((moderation ?? false) !== false && { moderation: 'm' }),
  ...((classification ?? false) !== false && { classification: classificationModel(classification) }),
});

/** Returns a model that the first rule of the profile matches. */
const classificationModel = (rules: OtherModelsProfile['classification']): string =>
  rules && rules[0]?.quirks.api === 'system-one' ? 'typesafe/jev' : 'gpt-6-luna';
