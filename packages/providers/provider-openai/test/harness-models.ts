import type { Harness } from '@majordomo/conformance';
import type { OtherModelsProfile } from '@majordomo/openai-wire';

/** OpenAI's models for embeddings, transcription and speech. */
export const OPENAI_MODELS: NonNullable<Harness['models']> = {
  embedding: 'text-embedding-3-small',
  transcription: 'whisper-1',
  speech: 'gpt-4o-mini-tts',
  moderation: 'omni-moderation-latest',
};

/** Returns an unknown model for each operation that the profile does not exclude. For transcription it returns a model with
 * timestamps if not all models of the vendor have them. */
export const harnessModels = ({
  embeddings,
  transcription,
  speech,
  rerank,
  moderation,
}: OtherModelsProfile): NonNullable<Harness['models']> => ({
  ...(embeddings !== false && { embedding: 'm' }),
  ...(transcription !== false && { transcription: transcription?.all?.times === 'none' ? 'whisper-1' : 'm' }),
  ...(speech !== false && { speech: 'm' }),
  ...((rerank ?? false) !== false && { rerank: 'm' }),
  ...((moderation ?? false) !== false && { moderation: 'm' }),
});
