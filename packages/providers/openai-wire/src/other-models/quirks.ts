import type { ImageLimits } from '@majordomo/core';

/** Differences between servers that implement `/embeddings`. */
export interface EmbeddingQuirks {
  /** Requested encoding of vectors. `base64` is smaller and faster. `none`: the request does not contain `encoding_format`. */
  readonly encoding: 'base64' | 'float' | 'none';
  /** Property that requests shorter vectors. `cut`: majordomo shortens the vectors. `fixed`: the size cannot be changed. */
  readonly dimensions: 'dimensions' | 'output_dimension' | 'cut' | 'fixed';
  /** Number of dimensions of a vector that is not shortened. */
  readonly size?: number | undefined;
  /** Maximum number of values in one request. `@default 2048` */
  readonly maxValues?: number | undefined;
  /** Maximum number of tokens of one value. `@default` no maximum */
  readonly maxTokens?: number | undefined;
  /** Maximum number of tokens of one request. `@default` no maximum */
  readonly maxRequestTokens?: number | undefined;
  /** Property for the purpose of the vectors, and its values. A request without a purpose contains the value of `default`. */
  readonly purpose?:
    | { readonly field: string; readonly values: Readonly<Record<string, string>> }
    | undefined;
}

/** Endpoint of a vendor that is not under the vendor's base URL. */
export interface SeparateEndpoint {
  /** Base URL of the vendor. If the requests of the provider go to another base URL, the endpoint is not used. */
  readonly baseURL: string;
  /** URL of the endpoint. */
  readonly url: string;
}

/** Differences between servers that implement `/audio/transcriptions`. */
export interface TranscriptionQuirks {
  /** Timestamps that the server returns: for segments and words (`verbose`), or for the segments of each speaker (`speakers`). */
  readonly times: 'verbose' | 'speakers' | 'none';
  /** Whether the server streams the text as it is recognized. */
  readonly streams: boolean;
  /** Maximum size of a recording in bytes. @default no maximum */
  readonly maxBytes?: number | undefined;
  /** Maximum duration of a recording in milliseconds. @default no maximum */
  readonly maxDurationMs?: number | undefined;
  /** Duration in milliseconds that the vendor bills for a shorter recording. @default the duration of the recording */
  readonly minBilledMs?: number | undefined;
  /** Media types of recordings that the server accepts. @default all types */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Endpoint at another address than the base URL. `@default` `/audio/transcriptions` under the base URL */
  readonly separate?: SeparateEndpoint | undefined;
}

/** Differences between servers that implement `/audio/speech`. */
export interface SpeechQuirks {
  readonly formats: readonly ('mp3' | 'wav' | 'opus' | 'flac' | 'pcm')[];
  /** Voice to send if the request specifies none, because the API requires a voice. */
  readonly voice?: string | undefined;
  /** Whether the model accepts `instructions`. Otherwise, `instructions` are dropped with a warning. */
  readonly instructions: boolean;
  /** Maximum length of the text in characters. @default no maximum */
  readonly maxCharacters?: number | undefined;
}

/** Differences between servers that implement `/rerank`. */
export interface RerankQuirks {
  /** Property for the maximum number of results. */
  readonly limitField: 'top_n' | 'top_k';
  /** Maximum number of documents in one request. `@default` no maximum */
  readonly maxDocuments?: number | undefined;
  /** Path of the endpoint under the base URL of the provider. */
  readonly path: string;
  /** Endpoint at another address than the base URL. `@default` `path` under the base URL */
  readonly separate?: SeparateEndpoint | undefined;
}

/** Differences between servers that implement `/moderations`. */
export interface ModerationQuirks {
  /** Limits for an image; `false` if the model accepts only text. */
  readonly images: ImageLimits | false;
  /** Whether usage counts values, because each value has a fee (possibly 0). Otherwise, usage counts input tokens. */
  readonly hasFee: boolean;
  /** Maximum number of strings in one request. `@default` no maximum */
  readonly maxValues?: number | undefined;
}

/** Differences between servers that answer questions with probabilities. */
export interface ClassificationQuirks {
  /** API of the server: OpenAI's Decisions API, or the System One API of TypeSafe and OpenRouter. */
  readonly api: 'decisions' | 'system-one';
  /** Limits for images; `false` if the model accepts only text. */
  readonly images: ImageLimits | false;
  /** Property for images of the System One API: parts of `state`, or `assets` with a header that permits them. */
  readonly imageField: 'state' | 'assets';
}

/** Quirks of the models of one endpoint whose ids match a pattern. */
export interface OtherModelRule<Quirks> {
  /** Pattern for the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks: Partial<Quirks>;
}

/** Endpoints of a vendor for operations other than chat. `false`: the vendor does not have the endpoint. */
export interface OtherModelsProfile {
  /** Embedding endpoint. `@default {}` */
  readonly embeddings?: EndpointProfile<EmbeddingQuirks> | undefined;
  /** Transcription endpoint. `@default {}` */
  readonly transcription?: EndpointProfile<TranscriptionQuirks> | undefined;
  /** Speech endpoint. `@default {}` */
  readonly speech?: EndpointProfile<SpeechQuirks> | undefined;
  /** Rerank endpoint. `@default false` */
  readonly rerank?: EndpointProfile<RerankQuirks> | undefined;
  /** Moderation endpoint. `@default false` */
  readonly moderation?: EndpointProfile<ModerationQuirks> | undefined;
  /** Models with a classification API. Other models have none. `@default false` */
  readonly classification?: ClassificationProfile | undefined;
  /** Embedding models by deployment name or another alias, so that a chain can combine deployments with the same vector space. */
  readonly vectorSpaces?: Readonly<Record<string, string>> | undefined;
}

/** Quirks of all models of an endpoint, and rules for some models. The first rule that matches applies. */
export type EndpointProfile<Quirks> =
  | false
  | { readonly all?: Partial<Quirks>; readonly models?: readonly OtherModelRule<Quirks>[] };

/** Models with a classification API, by the pattern of their ids. */
export type ClassificationProfile = false | readonly OtherModelRule<ClassificationQuirks>[];

// Default quirks of each endpoint. Quirks of a profile take precedence.
const EMBEDDINGS: EmbeddingQuirks = { encoding: 'none', dimensions: 'dimensions', maxValues: 2048 };
const TRANSCRIPTION: TranscriptionQuirks = { times: 'verbose', streams: false };
const SPEECH: SpeechQuirks = { formats: ['mp3', 'wav', 'opus', 'flac', 'pcm'], instructions: true };
const RERANK: RerankQuirks = { limitField: 'top_n', path: '/rerank' };
const MODERATION: ModerationQuirks = { images: false, hasFee: false };

const CLASSIFICATION: ClassificationQuirks = { api: 'decisions', images: false, imageField: 'state' };

export const embeddingQuirks = (profile: OtherModelsProfile, modelId: string): EmbeddingQuirks =>
  quirksOf(EMBEDDINGS, profile.embeddings, modelId);

export const transcriptionQuirks = (profile: OtherModelsProfile, modelId: string): TranscriptionQuirks =>
  quirksOf(TRANSCRIPTION, profile.transcription, modelId);

export const speechQuirks = (profile: OtherModelsProfile, modelId: string): SpeechQuirks =>
  quirksOf(SPEECH, profile.speech, modelId);

export const rerankQuirks = (profile: OtherModelsProfile, modelId: string): RerankQuirks =>
  quirksOf(RERANK, profile.rerank, modelId);

export const moderationQuirks = (profile: OtherModelsProfile, modelId: string): ModerationQuirks =>
  quirksOf(MODERATION, profile.moderation, modelId);

/** Returns the quirks of a model with a classification API; `undefined` for another model. */
export function classificationQuirks(
  { classification }: OtherModelsProfile,
  modelId: string,
): ClassificationQuirks | undefined {
  if (classification === undefined || classification === false) return undefined;
  const rule = classification.find(({ pattern }) => pattern.test(modelId));
  return rule && { ...CLASSIFICATION, ...rule.quirks };
}

/** Returns the quirks of a model. Later sources replace earlier ones, in this order: defaults, `all`, first matching rule. */
function quirksOf<Quirks>(base: Quirks, facts: EndpointProfile<Quirks> | undefined, modelId: string): Quirks {
  if (facts === false) return base;
  const rule = facts?.models?.find(({ pattern }) => pattern.test(modelId));
  return { ...base, ...facts?.all, ...rule?.quirks };
}
