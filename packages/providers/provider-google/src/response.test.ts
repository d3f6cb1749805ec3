import { usageOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { usage } from './response.ts';

describe('usage', () => {
  it('includes separate counts in the totals', () => {
    const raw = {
      promptTokenCount: 1107,
      cachedContentTokenCount: 1081,
      toolUsePromptTokenCount: 1171,
      candidatesTokenCount: 21,
      thoughtsTokenCount: 41,
    };
    expect(usage(raw, 0)).toEqual(usageOf({ input: 2278, output: 62, cacheRead: 1081, reasoning: 41 }));
  });

  it('leaves missing counts unknown', () => {
    expect(usage({ trafficType: 'ON_DEMAND' }, 0)).toMatchObject({
      input: undefined,
      output: undefined,
      reasoning: undefined,
    });
  });

  it('counts cached audio only as cached', () => {
    const raw = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 80 },
        { modality: 'TEXT', tokenCount: 20 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 60 }],
    };
    expect(usage(raw, 0)).toMatchObject({ input: 100, cacheRead: 60, details: { inputAudio: 20 } });
  });

  it('reads the details that affect the price', () => {
    const raw = {
      promptTokenCount: 300,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 42 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 9 }],
      serviceTier: 'standard',
    };
    expect(usage(raw, 2).details).toMatchObject({
      serviceTier: 'standard',
      inputImage: 258,
      outputAudio: 9,
      serverTools: { web_search: 2 },
    });
  });
});
