import { extended } from '../quirks.ts';
import type { ResponsesProfile } from '../profile.ts';
import { OPENAI_RESPONSES_QUIRKS } from '../responses/quirks.ts';

/**
 * The backend of a ChatGPT plan: recordings of 2026. It only streams, stores nothing, requires instructions, and rejects
 * sampling settings and limits. `apiKey` is a function that returns the access token; `headers` contains the account,
 * `{ 'chatgpt-account-id': … }`.
 */
export const codex: ResponsesProfile = {
  api: 'responses',
  id: 'codex',
  vendor: 'openai',
  billing: 'included',
  baseURL: 'https://chatgpt.com/backend-api/codex',
  keyEnv: 'CODEX_ACCESS_TOKEN',
  headers: { 'openai-beta': 'responses=experimental' },
  quirks: /* @__PURE__ */ extended(OPENAI_RESPONSES_QUIRKS, {
    defaultInstructions: 'You are a helpful assistant.',
    reasoningOff: 'low',
    reasoningSummary: 'auto',
    strictTools: false,
    // Alternatives at the root of a tool's schema are rejected (several clients, 2026).
    toolSchemas: 'plain',
    efforts: ['low', 'medium', 'high', 'xhigh'],
    cacheRequest: 'none',
    delivery: 'stream',
    refuses: ['temperature', 'top_p', 'max_output_tokens'],
  }),
  capabilities: { reasoning: true },
};
