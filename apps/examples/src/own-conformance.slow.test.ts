import { openaiCompatible } from '@majordomo/provider-openai';
import { casesFor, openaiChatWire } from '@majordomo/conformance';
import { describe, it } from 'vitest';

/** Vendor with a custom base URL. For a vendor with a different API, pass a `Wire` and your provider. */
const lab = { id: 'lab', baseURL: 'https://lab.example/v1', keyEnv: 'LAB_KEY' };

describe.concurrent('the conformance suite with a custom vendor', () => {
  const cases = casesFor({
    wire: openaiChatWire(),
    model: 'some-model',
    models: { embedding: 'some-vectors', transcription: 'some-ears', speech: 'some-voice' },
    open: ({ baseURL, apiKey }) => openaiCompatible(lab, { baseURL, apiKey }),
    cannot: { file: 'the server does not support documents' },
  });
  for (const [name, run] of cases) {
    if (typeof run === 'function') it(name, run, 20_000);
  }
});
