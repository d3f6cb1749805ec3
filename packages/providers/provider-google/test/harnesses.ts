import { geminiGenerate, type Harness } from '@majordomo/conformance';
import { createGoogle } from '../src/index.ts';

const harness = (model: string): [string, Harness] => [
  model,
  {
    wire: geminiGenerate,
    model,
    models: {
      embedding: 'gemini-embedding-001',
      transcription: 'gemini-3.8-flash',
      speech: 'gemini-3.8-flash-tts',
    },
    open: ({ baseURL, apiKey }) => createGoogle({ baseURL, apiKey }),
  },
];

/** One model for each form of thinking, and an unknown model. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('gemini-3.8-flash'),
  harness('gemini-2.5-pro'),
  harness('gemini-2.0-flash'),
  harness('my-model'),
];
