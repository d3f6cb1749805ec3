import type { EmbeddingBackend, Provider, SpeechBackend, TranscriptionBackend } from '@majordomo/core';
import { spaceOf } from '@majordomo/wire-kit';
import type { Connection } from '../connection.ts';
import { embeddingQuirks, speechQuirks, transcriptionQuirks, type OtherModelsProfile } from './quirks.ts';

/** What a provider has besides chats. */
export type OtherModels = Pick<
  Provider,
  'imageModel' | 'embeddingModel' | 'transcriptionModel' | 'speechModel'
>;

/** What they are made of. */
export interface OtherModelsContext {
  readonly connection: Connection;
  readonly profile: OtherModelsProfile;
  /** Is the server where the profile says? Endpoints elsewhere are asked only then. */
  readonly isProfileServer: boolean;
}

/** The calls that are not chats are loaded by the first one. */
const loadCalls = (): Promise<typeof import('./calls.ts')> => import('./calls.ts');

/** Vectors, transcripts and speech over a provider's connection; loaded at the first call. */
export function otherModels({ connection, profile, isProfileServer }: OtherModelsContext): OtherModels {
  return {
    ...(profile.embeddings !== false && {
      embeddingModel: (modelId: string) => embeddingBackend(modelId, profile, connection),
    }),
    ...(profile.transcription !== false && {
      transcriptionModel: (modelId: string) =>
        transcriptionBackend(modelId, profile, connection, isProfileServer),
    }),
    ...(profile.speech !== false && {
      speechModel: (modelId: string) => speechBackend(modelId, profile, connection),
    }),
  };
}

function embeddingBackend(id: string, profile: OtherModelsProfile, connection: Connection): EmbeddingBackend {
  const model = profile.spaces?.[id] ?? id;
  const quirks = embeddingQuirks(profile, model);
  const { size, maxValues, maxTokens, maxRequestTokens } = quirks;
  return {
    id,
    space: spaceOf(model),
    dimensions: size,
    maxValues,
    maxTokens,
    maxRequestTokens,
    embed: async (request, context) =>
      (await loadCalls()).embed({ modelId: id, quirks, connection }, request, context),
  };
}

function transcriptionBackend(
  id: string,
  profile: OtherModelsProfile,
  connection: Connection,
  isOwnPlace: boolean,
): TranscriptionBackend {
  const known = transcriptionQuirks(profile, id);
  const quirks = isOwnPlace ? known : { ...known, baseURL: undefined };
  const { maxBytes, maxDurationMs, mediaTypes } = quirks;
  return {
    id,
    maxBytes,
    maxDurationMs,
    mediaTypes,
    transcribe: async (request, context) =>
      (await loadCalls()).transcribe({ modelId: id, quirks, connection }, request, context),
  };
}

function speechBackend(id: string, profile: OtherModelsProfile, connection: Connection): SpeechBackend {
  const quirks = speechQuirks(profile, id);
  return {
    id,
    maxCharacters: quirks.maxCharacters,
    async *speak(request, context) {
      const { speak } = await loadCalls();
      yield* speak({ modelId: id, quirks, connection }, request, context);
    },
  };
}
