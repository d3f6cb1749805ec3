/** How embedding endpoints (`/embeddings`) differ. */
export interface EmbeddingQuirks {
  /** How vectors come: `base64` saves bytes and time, `float` is said, or nothing is. */
  readonly encoding: 'base64' | 'float' | 'none';
  /**
   * The field for shorter vectors. `cut`: there is none, and whole vectors are cut here; `fixed`: the vectors of the model
   * cannot be cut.
   */
  readonly dimensions: 'dimensions' | 'output_dimension' | 'cut' | 'fixed';
  /** Of whole vectors, where it is known. */
  readonly size?: number | undefined;
  readonly maxValues?: number | undefined;
  /** Of one value. */
  readonly maxTokens?: number | undefined;
  readonly maxRequestTokens?: number | undefined;
  /** What says the purpose: a field, and its words; `default`, where it must be said. */
  readonly purpose?: { readonly field: string; readonly words: Readonly<Record<string, string>> } | undefined;
}

/** How transcription endpoints (`/audio/transcriptions`) differ. */
export interface TranscriptionQuirks {
  /** What can come: times of segments and words, of speakers' segments alone, or none. */
  readonly times: 'verbose' | 'speakers' | 'none';
  readonly maxBytes?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  readonly mediaTypes?: readonly string[] | undefined;
  /** Where it is, if not below the base URL. */
  readonly baseURL?: string | undefined;
}

/** How speech endpoints (`/audio/speech`) differ. */
export interface SpeechQuirks {
  readonly formats: readonly ('mp3' | 'wav' | 'opus' | 'flac' | 'pcm')[];
  /** Sent where none is asked for; the wire wants one. */
  readonly voice?: string | undefined;
  readonly instructions: boolean;
  readonly maxCharacters?: number | undefined;
}

/** What one family of model ids does differently. */
export interface OtherModelRule<Quirks> {
  /** Matches the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks: Partial<Quirks>;
}

/** What a vendor of these wires has besides chats; `false`: it has none of it. */
export interface OtherModelsProfile {
  readonly embeddings?: EndpointProfile<EmbeddingQuirks> | undefined;
  readonly transcription?: EndpointProfile<TranscriptionQuirks> | undefined;
  readonly speech?: EndpointProfile<SpeechQuirks> | undefined;
  /** The model that a free name, such as a deployment's, stands for: vectors of one model mix wherever it runs. */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
}

/** Of one endpoint: what holds for all its models, and first rules that match. */
export type EndpointProfile<Quirks> =
  false | { readonly all?: Partial<Quirks>; readonly models?: readonly OtherModelRule<Quirks>[] };

/** Of a server of which nothing is known. */
const EMBEDDINGS: EmbeddingQuirks = { encoding: 'none', dimensions: 'dimensions', maxValues: 2048 };
const TRANSCRIPTION: TranscriptionQuirks = { times: 'verbose' };
const SPEECH: SpeechQuirks = { formats: ['mp3', 'wav', 'opus', 'flac', 'pcm'], instructions: true };

export const embeddingQuirks = (profile: OtherModelsProfile, modelId: string): EmbeddingQuirks =>
  quirksOf(EMBEDDINGS, profile.embeddings, modelId);

export const transcriptionQuirks = (profile: OtherModelsProfile, modelId: string): TranscriptionQuirks =>
  quirksOf(TRANSCRIPTION, profile.transcription, modelId);

export const speechQuirks = (profile: OtherModelsProfile, modelId: string): SpeechQuirks =>
  quirksOf(SPEECH, profile.speech, modelId);

/** What is known of all servers ← of the vendor ← of the first rule that matches. */
function quirksOf<Quirks>(base: Quirks, facts: EndpointProfile<Quirks> | undefined, modelId: string): Quirks {
  if (facts === false) return base;
  const rule = facts?.models?.find(({ pattern }) => pattern.test(modelId));
  return { ...base, ...facts?.all, ...rule?.quirks };
}
