import type {
  ClassificationProfile,
  EndpointProfile,
  ModerationQuirks,
  OtherModelsProfile,
} from '../other-models/quirks.ts';

/** Media types that `/audio/transcriptions` accepts (openai 7.55), with the limit of 25 MB (guide to speech to text, 2026). */
const SOUNDS = [
  'audio/flac',
  'audio/mpeg',
  'audio/mp4',
  'video/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
] as const;

/** Maximum duration of a recording in milliseconds, which does not apply to Whisper ("longer than 1400 seconds", 2026). */
const MAX_MS = 1_400_000;

/** Embedding, transcription and speech models of OpenAI. Source: types and comments of openai 7.55; no recording. */
export const OPENAI_OTHER_MODELS: OtherModelsProfile = {
  embeddings: {
    all: { encoding: 'base64', maxValues: 2048, maxTokens: 8192, maxRequestTokens: 300_000 },
    models: [
      { pattern: /^text-embedding-3-small/, quirks: { size: 1536 } },
      { pattern: /^text-embedding-3-large/, quirks: { size: 3072 } },
      { pattern: /^text-embedding-ada-002/, quirks: { size: 1536, dimensions: 'fixed' } },
    ],
  },
  transcription: {
    all: { times: 'none', streams: true, maxBytes: 25_000_000, mediaTypes: SOUNDS },
    models: [
      { pattern: /^whisper/, quirks: { times: 'verbose', streams: false } },
      { pattern: /diarize/, quirks: { times: 'speakers', maxDurationMs: MAX_MS } },
      { pattern: /^gpt-4o-(?:mini-)?transcribe/, quirks: { maxDurationMs: MAX_MS } },
    ],
  },
  speech: {
    all: { voice: 'alloy', maxCharacters: 4096 },
    models: [{ pattern: /^tts-1/, quirks: { instructions: false } }],
  },
};

/**
 * OpenAI's moderation models, which are free. Source: openai 7.57; the guide to moderation (2026) for images of up to 20 MB. A
 * request with two images fails with `too_many_images` (reported by several clients, 2026-04). The limits contain no number of
 * images, because core sends each image in a separate request.
 */
export const OPENAI_MODERATION: EndpointProfile<ModerationQuirks> = {
  all: { hasFee: true },
  models: [
    {
      pattern: /^omni-moderation/,
      quirks: {
        images: { mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'], maxBytes: 20_000_000 },
      },
    },
  ],
};

/** OpenAI's model with the Decisions API. Source: types and comments of openai 7.55; at most 128 images (guide to decisions, 2026). */
export const OPENAI_CLASSIFICATION: ClassificationProfile = [
  {
    pattern: /^gpt-6-luna/,
    quirks: {
      api: 'decisions',
      images: {
        mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
        maxBytes: 20_000_000,
        maxCount: 128,
      },
    },
  },
];
