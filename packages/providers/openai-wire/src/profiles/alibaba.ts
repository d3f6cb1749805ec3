import type { Profile } from '../profile.ts';

/** Alibaba's compatible mode. Sources: recordings of 2025; the API reference (2026) for `enable_thinking` and JSON mode. */
export const alibaba: Profile = {
  id: 'alibaba',
  vendor: 'alibaba',
  baseURL: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  baseURLEnv: 'ALIBABA_BASE_URL',
  keyEnv: 'DASHSCOPE_API_KEY',
  quirks: { reasoningRequest: 'enable_thinking', output: 'json_object' },
  // help.aliyun.com/en/model-studio/text-embedding-synchronous-api, 2026-03: at most 10 values of 8,192 tokens each.
  embeddings: { all: { encoding: 'float', maxValues: 10, maxTokens: 8192 } },
  transcription: false,
  speech: false,
};
