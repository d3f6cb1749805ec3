import { LlmError, type Provider, type TranscriptionBackend } from '../../src/index.ts';

/** Members of a provider that has only models other than chat models. */
export const NO_CHAT: Pick<Provider, 'spi' | 'model'> = {
  spi: 1,
  model: () => {
    throw new LlmError('unsupported', 'it does not chat');
  },
};

export type Transcript = Awaited<ReturnType<TranscriptionBackend['transcribe']>>;

/** Completes a transcript that has no facts except its text. */
export const transcriptOf = (fields: Partial<Transcript> = {}): Transcript => ({
  target: 'a/m',
  text: 'hi',
  language: undefined,
  durationMs: undefined,
  segments: [],
  usage: undefined,
  warnings: [],
  ...fields,
});
