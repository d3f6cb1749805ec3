// Searches the built site in Chromium: the first result of each search must be on the page that explains the subject.
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { URL } from 'node:url';
import { chromium } from 'playwright-core';

const DIST = join(import.meta.dirname, 'dist');
const CHROMIUM = '/usr/bin/chromium';
const TIMEOUT_MS = 120_000;
const EXPECTED = {
  approval: 'agents',
  extraction: 'extraction',
  python: 'gateway',
  'vendor profile': 'vendor-profile',
  opentelemetry: 'tracing',
  'getting started': 'getting-started',
  streaming: 'events',
  temperature: 'request',
  'system prompt': 'request',
  'structured output': 'request',
  tools: 'request',
  retry: 'failover',
  timeout: 'chain-options',
  budget: 'money',
  'local model': 'local-models',
  pricing: 'money',
  observability: 'tracing',
  logging: 'tracing',
  nextjs: 'chat-endpoint',
  vision: 'images-and-files',
  mock: 'testing',
  'load balancing': 'routing',
  rag: 'search',
  memory: 'context',
  'json mode': 'request',
  'human in the loop': 'agents',
  'rate limiting': 'budgets-per-customer',
  createAgent: 'agents',
  usechat: 'frontends',
  'cost tracking': 'money',
  'prompt caching': 'caching',
  azure: 'vendors',
  fallback: 'failover',
  embeddings: 'search',
  whisper: 'vectors-and-voices',
  pdf: 'images-and-files',
  'virtual keys': 'keys-per-customer',
  guardrails: 'guards',
  ollama: 'local-models',
  'circuit breaker': 'failover',
  docker: 'gateway-for-teams',
};
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** Throws if a search leads to another page. Prints that it was skipped if Chromium is not installed. */
export async function checkSearch() {
  if (!existsSync(CHROMIUM)) return console.log(`search: skipped, because ${CHROMIUM} does not exist`);
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const url = `http://127.0.0.1:${server.address().port}/docs/index.html`;
    const wrong = [];
    for (const [text, expected] of Object.entries(EXPECTED)) {
      // A new page has no results of the previous search, which a page would restore from its session.
      const page = await browser.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      await page.goto(url);
      await page.click('#local-search button');
      await page.fill('.search-input', text);
      const first = await page.locator('.results .result').first().getAttribute('href');
      await page.close();
      if (!first.startsWith(`/docs/${expected}.html`)) wrong.push(`${text}: ${first}`);
    }
    if (wrong.length > 0) throw new Error(`searches lead to other pages: ${wrong.join(', ')}`);
    console.log(`search: ${Object.keys(EXPECTED).length} searches lead to the right page`);
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve({ url }, response) {
  const path = decodeURI(new URL(url, 'http://site').pathname);
  try {
    const bytes = await readFile(join(DIST, path.endsWith('/') ? `${path}index.html` : path));
    response
      .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
