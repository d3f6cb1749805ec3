import { OBSERVED, GITLEAKS, page, SECRETLINT, type TokenRow } from './row.ts';

// A key has a digit or twenty letters in a row, unlike names such as `sk-learn-pipeline` and `xai-file-search-tool`.
const LIKE_A_KEY = '(?=[A-Za-z_-]{0,80}\\d|[A-Za-z_-]{0,40}[A-Za-z]{20})[A-Za-z0-9_-]{16,}';

/**
 * Rules for keys of model providers and of services that are used with models: id, beginnings, pattern of the rest, and source. For
 * `sk-ant-…`, the row with the longest beginning applies, and not `sk-key`.
 */
export const MODEL_TOKENS: readonly TokenRow[] = [
  ['anthropic-key', ['sk-ant-'], '[A-Za-z0-9_-]{16,}', page('docs.anthropic.com/en/api/admin-api')],
  [
    'openrouter-key',
    ['sk-or-'],
    '[A-Za-z0-9_-]{16,}',
    page('openrouter.ai/docs/api-reference/authentication'),
  ],
  ['openai-key', ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'], '[A-Za-z0-9_-]{16,}', GITLEAKS],
  ['majordomo-key', ['mj_'], '[A-Za-z0-9_-]{43}', 'createSecret of @majordomo/admin'],
  ['litellm-key', ['sk-litellm-'], '[A-Za-z0-9_-]{8,}', page('docs.litellm.ai/docs/proxy/virtual_keys')],
  ['langfuse-key', ['sk-lf-', 'pk-lf-'], '[0-9a-f-]{30,}', page('langfuse.com/docs/api')],
  [
    'sk-key',
    ['sk-', 'pk-', 'rk-'],
    LIKE_A_KEY,
    page('platform.openai.com/docs/api-reference/authentication'),
  ],
  ['groq-key', ['gsk_', 'gsk-'], '[A-Za-z0-9_-]{16,}', SECRETLINT],
  ['xai-key', ['xai-', 'xai_'], LIKE_A_KEY, page('docs.x.ai/docs/tutorial')],
  ['google-api-key', ['AIza'], '[A-Za-z0-9_-]{30,}', page('cloud.google.com/docs/authentication/api-keys')],
  ['google-auth-key', ['AQ.'], 'Ab[A-Za-z0-9_-]{40,}', page('ai.google.dev/gemini-api/docs/api-key')],
  [
    'hugging-face-token',
    ['hf_', 'hf-'],
    '[A-Za-z0-9_-]{16,}',
    page('huggingface.co/docs/hub/security-tokens'),
  ],
  ['hugging-face-org-token', ['api_org_'], '[A-Za-z]{30,}', GITLEAKS],
  ['replicate-token', ['r8_', 'r8-'], '[A-Za-z0-9_-]{16,}', page('replicate.com/docs/reference/http')],
  ['perplexity-key', ['pplx-', 'pplx_'], '[A-Za-z0-9_-]{16,}', GITLEAKS],
  ['cerebras-key', ['csk-', 'csk_'], '[A-Za-z0-9_-]{16,}', OBSERVED],
  ['nvidia-key', ['nvapi-', 'nvapi_'], '[A-Za-z0-9_-]{16,}', page('docs.api.nvidia.com')],
  [
    'fireworks-key',
    ['fw_', 'fw-'],
    '(?=[A-Za-z_-]{0,40}\\d)[A-Za-z0-9]{20,}',
    page('docs.fireworks.ai/api-reference'),
  ],
  ['together-key', ['tgp_v1_'], '[A-Za-z0-9_-]{20,}', page('docs.together.ai/reference')],
  [
    'tavily-key',
    ['tvly-', 'tvly_'],
    '[A-Za-z0-9_-]{16,}',
    page('docs.tavily.com/documentation/api-reference'),
  ],
  ['firecrawl-key', ['fc-'], '[0-9a-f]{32}', page('docs.firecrawl.dev/api-reference/introduction')],
  ['jina-key', ['jina_'], '[A-Za-z0-9_-]{40,}', page('jina.ai/reader')],
  ['voyage-key', ['pa-'], '[A-Za-z0-9_-]{40,}', page('docs.voyageai.com/docs/api-key-and-installation')],
  ['pinecone-key', ['pcsk_'], '[A-Za-z0-9_]{40,}', page('docs.pinecone.io/guides/projects/manage-api-keys')],
  ['langsmith-key', ['lsv2_pt_', 'lsv2_sk_', 'lsv2_'], '[0-9a-z_]{32,}', GITLEAKS],
  [
    'vercel-token',
    ['vcp_', 'vck_', 'vca_', 'vcr_', 'vci_'],
    '[A-Za-z0-9_-]{20,}',
    page('vercel.com/docs/rest-api'),
  ],
  ['elevenlabs-key', ['sk_'], '[0-9a-f]{40,}', page('elevenlabs.io/docs/api-reference/authentication')],
  ['runpod-key', ['rpa_'], '[A-Za-z0-9]{32,}', page('docs.runpod.io/get-started/api-keys')],
  ['e2b-key', ['e2b_'], '[0-9a-f]{32,}', page('e2b.dev/docs/api-key')],
  ['braintrust-key', ['bt-st-'], '[A-Za-z0-9]{40,}', page('braintrust.dev/docs/reference/api')],
  ['helicone-key', ['sk-helicone-', 'pk-helicone-'], '[A-Za-z0-9-]{16,}', page('docs.helicone.ai')],
  ['portkey-key', ['pk-live-'], '[A-Za-z0-9-]{20,}', page('portkey.ai/docs')],
  [
    'json-web-token',
    ['eyJ'],
    '[A-Za-z0-9_-]{8,}\\.(?:eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?|[A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]{8,}){3})',
    page('datatracker.ietf.org/doc/html/rfc7519'),
  ],
  ['ai21-key', ['ai21_'], '[A-Za-z0-9]{24,}', OBSERVED],
  ['clickhouse-key', ['4b1d'], '[A-Za-z0-9]{38}', GITLEAKS],
  ['infracost-key', ['ico-'], '[A-Za-z0-9]{32}', GITLEAKS],
  ['weights-and-biases-key', ['wandb_v1_'], '[A-Za-z0-9_]{40,}', page('docs.wandb.ai')],
];
