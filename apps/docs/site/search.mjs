// Searches the built site in Chromium: the first result of each search must be on the page that explains the subject.
const TIMEOUT_MS = 120_000;
/** Number of searches at the same time. Each loads the index of the site. */
const PARALLEL = 2;

/** Page of the site by the words of visitors. */
const EXPECTED = {
  approval: 'docs/agents',
  extraction: 'docs/extraction',
  python: 'docs/gateway',
  'vendor profile': 'docs/vendor-profile',
  opentelemetry: 'docs/tracing',
  'getting started': 'docs/getting-started',
  streaming: 'docs/events',
  temperature: 'docs/request',
  'system prompt': 'docs/request',
  'structured output': 'docs/request',
  tools: 'docs/request',
  retry: 'docs/failover',
  timeout: 'docs/chain-options',
  budget: 'docs/money',
  'local model': 'docs/local-models',
  pricing: 'docs/money',
  observability: 'docs/tracing',
  logging: 'docs/tracing',
  nextjs: 'docs/chat-endpoint',
  vision: 'docs/images-and-files',
  mock: 'docs/testing',
  'load balancing': 'docs/routing',
  rag: 'docs/search',
  memory: 'docs/context',
  'json mode': 'docs/request',
  'human in the loop': 'docs/agents',
  'rate limiting': 'docs/budgets-per-customer',
  createAgent: 'docs/agents',
  usechat: 'docs/frontends',
  'cost tracking': 'docs/money',
  'prompt caching': 'docs/caching',
  azure: 'docs/azure',
  'azure openai': 'docs/azure',
  'edit image': 'docs/images-and-files',
  inpaint: 'docs/images-and-files',
  mask: 'docs/images-and-files',
  fallback: 'docs/failover',
  embeddings: 'docs/search',
  whisper: 'docs/vectors-and-voices',
  pdf: 'docs/images-and-files',
  'virtual keys': 'docs/gateway-for-teams',
  guardrails: 'docs/guards',
  ollama: 'docs/local-models',
  'circuit breaker': 'docs/failover',
  docker: 'docs/gateway-for-teams',
  starter: 'packages/create-majordomo',
  agent: 'docs/agents',
  gemini: 'docs/vendors',
  zod: 'docs/request',
  cancel: 'docs/request',
  mcp: 'docs/mcp-servers',
  langchain: 'docs/from-langchain',
  'log failover': 'docs/tracing',
  'cost per customer': 'docs/budgets-per-customer',
  vite: 'docs/frontends',
  'typescript lint': 'packages/eslint-plugin',
  'lint rule': 'packages/eslint-plugin',
  'serve mcp': 'docs/mcp-serving',
  'openai sdk base url': 'docs/gateway',
  'own vendor': 'docs/vendor-profile',
  'github actions': 'packages/eslint-plugin',
  'generate image': 'docs/images-and-files',
  'openai proxy': 'docs/gateway',
  'reasoning effort': 'docs/request',
  429: 'docs/errors',
  serverless: 'docs/deploying',
  'api key': 'docs/keys',
  'sub agent': 'docs/teams',
  bedrock: 'docs/vendors',
  'chat history': 'docs/frontends',
  'spending limit per user': 'docs/budgets-per-customer',
  'vector database': 'docs/search',
  'http proxy': 'packages/undici',
  openai: 'docs/vendors',
  'web search': 'packages/provider-openai',
  failover: 'docs/failover',
  tracing: 'docs/tracing',
  log: 'docs/tracing',
  'cheapest model': 'docs/routing',
  'invalid api key': 'docs/errors',
  changelog: 'docs/versions',
  'fake model': 'docs/testing',
  history: 'docs/frontends',
  'store messages': 'docs/frontends',
  'base url': 'docs/keys',
  OPENAI_BASE_URL: 'docs/keys',
  stdio: 'docs/mcp-servers',
  'batch results': 'docs/batch',
  'fallback when openai is down': 'docs/failover',
  'price of a request': 'docs/money',
  'forbid openai sdk': 'packages/eslint-plugin',
  'run without api key': 'docs/getting-started',
  'proxy for openai clients api key': 'docs/gateway',
  'openai client base url': 'docs/gateway',
  'who answered which model': 'docs/call',
  'token usage': 'docs/money',
  'abort request keep partial text': 'docs/events',
  'opentelemetry console': 'docs/tracing',
  'openai compatible proxy': 'docs/gateway',
  'forbid openai import': 'packages/eslint-plugin',
  'approve tool call': 'docs/agents',
  'price of an answer': 'docs/money',
  'inspector token': 'docs/inspector',
  abort: 'docs/events',
};

/** Returns the searches whose first result is on another page. */
export async function wrongSearches(browser, url) {
  const wrong = [];
  const waiting = Object.entries(EXPECTED);
  const context = await browser.newContext();
  context.setDefaultTimeout(TIMEOUT_MS);
  const search = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [text, expected] = next;
      const first = await firstResult(context, url, text);
      if (!first.startsWith(`/${expected}.html`))
        wrong.push(`search for "${text}": ${first}, not ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, search));
  await context.close();
  return wrong;
}

/** Returns the link of the first result. A new page has no results of the previous search, which a page would restore from its session. */
async function firstResult(context, url, text) {
  const page = await context.newPage();
  await page.goto(`${url}/docs/index.html`);
  await page.click('#local-search button');
  await page.fill('.search-input', text);
  const first = await page.locator('.results .result').first().getAttribute('href');
  await page.close();
  return first;
}
