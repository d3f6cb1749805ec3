/** Differences between embedding endpoints (`/embeddings`). */
export interface EmbeddingQuirks {
  /** Requested encoding of vectors; `none`: the request does not name one. `base64` saves bytes and time. */
  readonly encoding: 'base64' | 'float' | 'none';
  /**
   * Member for shorter vectors. `cut`: the server has none, and complete vectors are shortened by majordomo. `fixed`: vectors
   * of the model cannot be shortened.
   */
  readonly dimensions: 'dimensions' | 'output_dimension' | 'cut' | 'fixed';
  /** Number of dimensions of a complete vector, if known. */
  readonly size?: number | undefined;
  /** Maximum number of values in one request. */
  readonly maxValues?: number | undefined;
  /** Maximum number of tokens of one value. */
  readonly maxTokens?: number | undefined;
  /** Maximum number of tokens of one request. */
  readonly maxRequestTokens?: number | undefined;
  /** Member for the purpose and its values. `default` is sent for a request without a purpose. */
  readonly purpose?:
    { readonly field: string; readonly values: Readonly<Record<string, string>> } | undefined;
}

/** Differences between transcription endpoints (`/audio/transcriptions`). */
export interface TranscriptionQuirks {
  /** Available times: of segments and words (`verbose`), of segments of speakers, or none. */
  readonly times: 'verbose' | 'speakers' | 'none';
  readonly maxBytes?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  readonly mediaTypes?: readonly string[] | undefined;
  /** Base URL of the endpoint if it differs from that of the provider. */
  readonly baseURL?: string | undefined;
}

/** Differences between speech endpoints (`/audio/speech`). */
export interface SpeechQuirks {
  readonly formats: readonly ('mp3' | 'wav' | 'opus' | 'flac' | 'pcm')[];
  /** Voice of a request without one, because the wire requires it. */
  readonly voice?: string | undefined;
  /** Whether the model follows instructions. */
  readonly instructions: boolean;
  readonly maxCharacters?: number | undefined;
}

/** Quirks of the models whose ids match a pattern. */
export interface OtherModelRule<Quirks> {
  /** Matches the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks: Partial<Quirks>;
}

/** Other endpoints of a vendor. `false`: the vendor does not have the endpoint. */
export interface OtherModelsProfile {
  readonly embeddings?: EndpointProfile<EmbeddingQuirks> | undefined;
  readonly transcription?: EndpointProfile<TranscriptionQuirks> | undefined;
  readonly speech?: EndpointProfile<SpeechQuirks> | undefined;
  /** Models by other names, such as the names of deployments. Vectors of the same model can be compared. */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
}

/** Quirks of all models of an endpoint, and rules of which the first match applies. */
export type EndpointProfile<Quirks> =
  false | { readonly all?: Partial<Quirks>; readonly models?: readonly OtherModelRule<Quirks>[] };

// defaults for unknown servers
const EMBEDDINGS: EmbeddingQuirks = { encoding: 'none', dimensions: 'dimensions', maxValues: 2048 };
const TRANSCRIPTION: TranscriptionQuirks = { times: 'verbose' };
const SPEECH: SpeechQuirks = { formats: ['mp3', 'wav', 'opus', 'flac', 'pcm'], instructions: true };

export const embeddingQuirks = (profile: OtherModelsProfile, modelId: string): EmbeddingQuirks =>
  quirksOf(EMBEDDINGS, profile.embeddings, modelId);

export const transcriptionQuirks = (profile: OtherModelsProfile, modelId: string): TranscriptionQuirks =>
  quirksOf(TRANSCRIPTION, profile.transcription, modelId);

export const speechQuirks = (profile: OtherModelsProfile, modelId: string): SpeechQuirks =>
  quirksOf(SPEECH, profile.speech, modelId);

/** Each source takes precedence over the one before: defaults, vendor, first matching rule. */
function quirksOf<Quirks>(base: Quirks, facts: EndpointProfile<Quirks> | undefined, modelId: string): Quirks {
  if (facts === false) return base;
  const rule = facts?.models?.find(({ pattern }) => pattern.test(modelId));
  return { ...base, ...facts?.all, ...rule?.quirks };
}
