import { describe, expect, it } from 'vitest';
import { chatUsage } from '../openai-chat/response.ts';
import { responsesUsage } from '../openai-responses/response.ts';

const usage = { input: 9, output: 2, cacheRead: 4, cacheWrite: 3, reasoning: undefined };
const unknown = { input: 9, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

describe('the usage of a response', () => {
  it('contains the tokens that were written to the cache', () => {
    expect(chatUsage(usage)).toMatchObject({
      prompt_tokens: 9,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
    });
    expect(responsesUsage(usage)).toMatchObject({
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
    });
  });

  it('contains 0 for unknown counts', () => {
    const zeroDetails = { cached_tokens: 0, cache_write_tokens: 0 };
    expect(chatUsage(unknown)).toMatchObject({ prompt_tokens_details: zeroDetails });
    expect(responsesUsage(unknown)).toMatchObject({ input_tokens_details: zeroDetails });
  });
});
