import { extended } from '../quirks.ts';
import type { ResponsesProfile } from '../profile.ts';
import { OPENAI_RESPONSES_QUIRKS } from '../responses/quirks.ts';

/**
 * Backend of ChatGPT plans. Source: recordings of 2026. The backend only streams, does not store responses, requires
 * instructions, and rejects sampling settings and token limits. `apiKey` must be a function that returns the access token, and
 * `headers` must contain the account: `{ 'chatgpt-account-id': … }`.
 */
export const codex: ResponsesProfile = {
  api: 'responses',
  id: 'codex',
  vendor: 'openai',
  billing: 'included',
  baseURL: 'https://chatgpt.com/backend-api/codex',
  baseURLEnv: 'CODEX_BASE_URL',
  keyEnv: 'CODEX_ACCESS_TOKEN',
  headers: { 'openai-beta': 'responses=experimental' },
  quirks: /* @__PURE__ */ extended(OPENAI_RESPONSES_QUIRKS, {
    defaultInstructions: 'You are a helpful assistant.',
    reasoningOff: 'low',
    reasoningSummary: 'auto',
    strictTools: false,
    // The backend rejects alternatives at the root of a tool's schema (reported by several clients, 2026).
    toolSchemas: 'plain',
    efforts: ['low', 'medium', 'high', 'xhigh'],
    cacheRequest: 'none',
    delivery: 'stream',
    refuses: ['temperature', 'top_p', 'max_output_tokens'],
  }),
  capabilities: { reasoning: true },
  // Another client verified that the backend accepts `additional_tools` (2026-10).
  models: [{ pattern: /^gpt-(?:5\.[6-9]|[6-9])/, quirks: { toolLoading: 'additional_tools' } }],
};
