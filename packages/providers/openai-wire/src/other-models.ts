import type {
  ClassificationBackend,
  EmbeddingBackend,
  ModerationBackend,
  Provider,
  RerankBackend,
  SpeechBackend,
  Timeouts,
  TranscriptionBackend,
} from '@majordomo/core';
import { mergeTimeouts } from '@majordomo/core/toolkit';
import { spaceOf } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import type { SdkOptions } from './options.ts';
import {
  classificationQuirks,
  embeddingQuirks,
  moderationQuirks,
  rerankQuirks,
  speechQuirks,
  transcriptionQuirks,
  type OtherModelsProfile,
} from './other-models/quirks.ts';

/** Functions that create a provider's models for operations other than chat. */
export type OtherModels = Pick<
  Provider,
  | 'imageModel'
  | 'embeddingModel'
  | 'transcriptionModel'
  | 'speechModel'
  | 'rerankModel'
  | 'moderationModel'
  | 'classificationModel'
>;

/** Context for creating models for operations other than chat. */
export interface OtherModelsContext {
  readonly connection: Connection;
  readonly profile: OtherModelsProfile;
}

/** Creates a provider's models for operations other than chat. */
export type CreateOtherModels = (context: OtherModelsContext) => OtherModels;

/** Creates a provider's models for operations other than chat. These models have the timeouts of the provider. */
export function createOtherModels(
  create: CreateOtherModels,
  connection: Connection,
  profile: OtherModelsProfile & { readonly timeouts?: Timeouts | undefined },
  options: SdkOptions,
): OtherModels {
  const timeouts = mergeTimeouts(profile.timeouts, options.timeouts);
  const models = create({
    connection,
    profile: { ...profile, vectorSpaces: { ...profile.vectorSpaces, ...options.vectorSpaces } },
  });
  const { imageModel, embeddingModel, transcriptionModel, speechModel, rerankModel, moderationModel } =
    models;
  const { classificationModel } = models;
  const withTimeouts =
    <Backend extends object>(modelOf: (id: string) => Backend): ((id: string) => Backend) =>
    (id) => ({ timeouts, ...modelOf(id) });
  return {
    ...(imageModel && { imageModel: withTimeouts(imageModel) }),
    ...(embeddingModel && { embeddingModel: withTimeouts(embeddingModel) }),
    ...(transcriptionModel && { transcriptionModel: withTimeouts(transcriptionModel) }),
    ...(speechModel && { speechModel: withTimeouts(speechModel) }),
    ...(rerankModel && { rerankModel: withTimeouts(rerankModel) }),
    ...(moderationModel && { moderationModel: withTimeouts(moderationModel) }),
    ...(classificationModel && {
      classificationModel: (id: string) => {
        const backend = classificationModel(id);
        return backend && { timeouts, ...backend };
      },
    }),
  };
}

const loadCalls = (): Promise<typeof import('./other-model-calls.ts')> => import('./other-model-calls.ts');

/**
 * Creates the models of all endpoints of a profile except chat and images. The first call loads their code. Endpoints for embeddings,
 * transcription and speech exist unless the profile contains `false`. The others exist only if the profile describes them.
 */
export function otherModels({ connection, profile }: OtherModelsContext): OtherModels {
  return {
    ...(profile.embeddings !== false && {
      embeddingModel: (modelId: string) => embeddingBackend(modelId, profile, connection),
    }),
    ...(profile.transcription !== false && {
      transcriptionModel: (modelId: string) => transcriptionBackend(modelId, profile, connection),
    }),
    ...(profile.speech !== false && {
      speechModel: (modelId: string) => speechBackend(modelId, profile, connection),
    }),
    ...((profile.rerank ?? false) !== false && {
      rerankModel: (modelId: string) => rerankBackend(modelId, profile, connection),
    }),
    ...((profile.moderation ?? false) !== false && {
      moderationModel: (modelId: string) => moderationBackend(modelId, profile, connection),
    }),
    ...((profile.classification ?? false) !== false && {
      classificationModel: (modelId: string) => classificationBackend(modelId, profile, connection),
    }),
  };
}

function embeddingBackend(id: string, profile: OtherModelsProfile, connection: Connection): EmbeddingBackend {
  const model = profile.vectorSpaces?.[id] ?? id;
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
): TranscriptionBackend {
  const quirks = transcriptionQuirks(profile, id);
  const { maxBytes, maxDurationMs, mediaTypes } = quirks;
  return {
    id,
    maxBytes,
    maxDurationMs,
    mediaTypes,
    transcribe: async (request, context) =>
      (await loadCalls()).transcribe({ modelId: id, quirks, connection }, request, context),
    ...(quirks.streams && {
      async *transcribeStream(request, context) {
        const { transcribeStream } = await loadCalls();
        yield* transcribeStream({ modelId: id, quirks, connection }, request, context);
      },
    }),
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

function rerankBackend(id: string, profile: OtherModelsProfile, connection: Connection): RerankBackend {
  const quirks = rerankQuirks(profile, id);
  return {
    id,
    maxDocuments: quirks.maxDocuments,
    rerank: async (request, context) =>
      (await loadCalls()).rerank({ modelId: id, quirks, connection }, request, context),
  };
}

function moderationBackend(
  id: string,
  profile: OtherModelsProfile,
  connection: Connection,
): ModerationBackend {
  const quirks = moderationQuirks(profile, id);
  return {
    id,
    images: quirks.images,
    maxValues: quirks.maxValues,
    moderate: async (request, context) =>
      (await loadCalls()).moderate({ modelId: id, quirks, connection }, request, context),
  };
}

/** Maximum number of questions of one request, both of the Decisions API and of the System One API. */
const MAX_QUESTIONS = 400;

function classificationBackend(
  id: string,
  profile: OtherModelsProfile,
  connection: Connection,
): ClassificationBackend | undefined {
  const quirks = classificationQuirks(profile, id);
  if (quirks === undefined) return undefined;
  return {
    id,
    basis: 'vendor',
    images: quirks.images,
    maxQuestions: MAX_QUESTIONS,
    classify: async (request, context) =>
      (await loadCalls()).classify({ modelId: id, quirks, connection }, request, context),
  };
}
