import { openaiCompatible } from '@majordomo/provider-openai';
import { casesFor, openaiChatWire } from '@majordomo/conformance';
import { describe, it } from 'vitest';

/** A vendor of ours that renames a base URL. For a wire of its own, hand in a `Wire` and your provider. */
const lab = { id: 'lab', baseURL: 'https://lab.example/v1', keyEnv: 'LAB_KEY' };

describe.concurrent('the conformance suite on our own vendor', () => {
  const cases = casesFor({
    wire: openaiChatWire({ name: 'lab' }),
    model: 'some-model',
    models: { embedding: 'some-vectors', transcription: 'some-ears', speech: 'some-voice' },
    open: ({ baseURL, apiKey }) => openaiCompatible(lab, { baseURL, apiKey }),
    cannot: { file: 'our server reads no documents' },
  });
  for (const [name, run] of cases) {
    if (typeof run === 'string') it.skipIf(true)(`${name} (${run})`, () => undefined);
    else it(name, run, 20_000);
  }
});
