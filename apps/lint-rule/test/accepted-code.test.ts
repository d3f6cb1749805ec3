import { describe, expect, it } from 'vitest';
import { lint, parsers } from './lint.ts';

/** Code that mentions models or resembles a call and calls none. `recommended` does not report it. */
const ACCEPTED: readonly (readonly [what: string, code: string])[] = [
  // names of packages
  ['the environment of LlamaIndex', "import { getEnv } from '@llamaindex/env';"],
  ['a local package named after the AI SDK', "import { trim } from 'ai-utils';"],
  ['a scoped package with the SDK in its name', "import { x } from '@house/openai';"],
  ['a package whose name starts with the SDK', "import tokens from 'openai-tokens';"],
  ['a relative module named openai', "import { client } from './openai';\nimport x from '../ai/index.js';"],
  ['an absolute module path', "import x from '/srv/openai.js';"],
  ['a subpath import of the package itself', "import { ask } from '#openai';"],
  ['a path alias', "import { ask } from '@/lib/openai';"],
  ['a built-in', "import { openAsBlob } from 'node:fs';"],
  ['types of an SDK', "import type { ChatCompletion } from 'openai/resources';"],
  [
    'majordomo itself',
    "import { createMajordomo } from '@majordomo/core';\nimport { createOpenAI } from '@majordomo/provider-openai';",
  ],
  ['a tokenizer', "import { encode } from 'gpt-tokenizer';"],
  ['another AWS client', "import { S3Client } from '@aws-sdk/client-s3';"],
  [
    'another Google client',
    "import { google } from 'googleapis';\nimport maps from '@googlemaps/js-api-loader';",
  ],
  ['another Azure client', "import { BlobServiceClient } from '@azure/storage-blob';"],
  ['a mock of a local module', "vi.mock('./openai', () => ({ ask: vi.fn() }));"],
  ['a mock function named openai', "const openai = vi.fn().mockReturnValue('openai');"],
  ['a call that is not require', "translate('openai');\nregister('ai');"],
  ['require of something else', "const fs = require('fs');\nconst config = require(`./config/${name}`);"],
  ['an own function named require', "const loader = { require: (name) => name };\nloader.require('openai');"],
  ['a dynamic import of an unknown module', 'const plugin = await import(`./plugins/${name}.js`);'],
  ['a CDN module of another package', "import confetti from 'https://esm.sh/canvas-confetti@1';"],

  // strings
  [
    'a documentation string',
    "const help = 'Get a key at https://platform.openai.com, then call https://api.openai.com/v1/models';",
  ],
  ['a host in a list', "export const hosts = ['api.openai.com', 'api.anthropic.com'];"],
  ['a base URL in a configuration', "export const defaults = { baseURL: 'https://api.openai.com/v1' };"],
  ['a log line', "console.log('calling https://api.anthropic.com/v1/messages');"],
  ['an error message', "throw new Error('https://api.openai.com/v1/chat/completions answered 500');"],
  ['a schema default', "const schema = z.string().url().default('https://api.groq.com/openai/v1');"],
  ['a JSX link', 'export const Link = () => <a href="https://api.openai.com/v1/models">docs</a>;'],
  ['a content security policy', "app.use(helmet({ connectSrc: ['https://api.openai.com'] }));"],
  ['a URL that is parsed only', "const { hostname } = new URL('https://api.openai.com/v1');"],
  ['a comparison of hosts', "if (new URL(target).hostname === 'api.openai.com') count();"],
  [
    'a map keyed by host',
    "prices.set('https://api.openai.com/v1', 3);\nprices.get('https://api.openai.com/v1');",
  ],

  // calls to other services
  ['fetch of the own API', "await fetch('/api/items', { method: 'POST', body });"],
  [
    'fetch of the own chat route',
    "await fetch('/api/chat', { method: 'POST', body: JSON.stringify({ model, messages }) });",
  ],
  [
    'fetch of the own messages route',
    "await fetch('/v1/messages', { body: JSON.stringify({ model, messages }) });",
  ],
  [
    'fetch of a messages API of others',
    "await fetch('https://waba.example.org/v1/messages', { headers: { 'D360-API-KEY': key } });",
  ],
  [
    'fetch of the own chat service',
    'await fetch(`${API_URL}/api/chat`, { body: JSON.stringify({ messages, model }) });',
  ],
  [
    'fetch of a survey',
    "await fetch(`${surveys}/v1/responses`, { method: 'POST', body: JSON.stringify({ answers }) });",
  ],
  [
    'fetch of an unknown URL with a body',
    'await fetch(url, { body: JSON.stringify({ model: car.model, prompt: 1 }) });',
  ],
  ['fetch of a vendor’s web page', "await fetch('https://openai.com/news/rss.xml');"],
  ['fetch of a vendor’s status page', "await fetch('https://status.anthropic.com/api/v2/status.json');"],
  ['fetch of the library of ollama.com', "await fetch('https://ollama.com/library/llama3');"],
  ['fetch of the models page of openrouter', "await fetch('https://openrouter.ai/models');"],
  [
    'fetch of another Cloudflare API',
    'await fetch(`https://api.cloudflare.com/client/v4/zones/${zone}/purge_cache`);',
  ],
  ['fetch of another Google API', "await fetch('https://www.googleapis.com/drive/v3/files');"],
  [
    'a host that only ends alike',
    "await fetch('https://notapi.openai.com.example.org/v1');\nawait fetch('https://xapi.openai.community/');",
  ],
  ['a host in the query', "await fetch('https://proxy.example.org/?target=https://api.openai.com');"],
  ['a prefetch', "router.prefetch('/v1/chat/completions');"],
  ['axios for other things', "import axios from 'axios';\naxios.get('/users');\naxios.isAxiosError(error);"],
  [
    'a base URL that is saved',
    "import axios from 'axios';\nawait axios.post('/settings', { baseURL: 'https://api.openai.com/v1' });",
  ],
  ['a database request', "const rows = await pool.request().query('select 1');"],
  [
    'https for other things',
    "import https from 'node:https';\nhttps.get({ hostname: 'example.org', path: '/v1/messages' });",
  ],

  // servers and fakes
  [
    'an Express route on the wire path',
    "import express from 'express';\nconst app = express();\napp.post('/v1/chat/completions', handler);",
  ],
  [
    'a router of unknown origin',
    "export const routes = (router) => router.post('/v1/chat/completions', (req, res) => res.end());",
  ],
  [
    'a Hono route',
    "import { Hono } from 'hono';\nconst app = new Hono();\napp.post('/v1/messages', (c) => c.json({}));\napp.request('/v1/chat/completions');",
  ],
  [
    'a supertest request',
    "import request from 'supertest';\nawait request(app).post('/v1/chat/completions').send({ model, messages });",
  ],
  [
    'a fake of msw',
    "import { http } from 'msw';\nserver.use(http.post('https://api.openai.com/v1/chat/completions', resolver));",
  ],
  [
    'a fake of nock',
    "import nock from 'nock';\nnock('https://api.openai.com').post('/v1/chat/completions').reply(200);",
  ],
  [
    'a fake of undici',
    "import { MockAgent } from 'undici';\nconst agent = new MockAgent();\nagent.get('https://api.openai.com').intercept({ path: '/v1/models' });",
  ],
  [
    'a fake of fetch',
    "fetchMock.post('https://api.openai.com/v1/responses', {});\nmockFetch('https://api.openai.com');",
  ],
  ['an expectation on fetch', "expect(fetch).toHaveBeenCalledWith('https://api.openai.com/v1/responses');"],
  ['a route of a browser test', "await page.route('https://api.openai.com/**', (route) => route.abort());"],

  // run and ai
  ['a run of something else', "task.run();\nvitest.run('@scope/package');\nqueue.run('job', { prompt: 1 });"],
  ['an ai of a game', 'game.ai.run(board, { depth: 3 });'],
  ['a migration named AI', "AI.run('migrate');"],
  ['another method of the binding', 'const docs = await env.AI.toMarkdown(files);'],
  ['a statement of a database', "await db.prepare('INSERT INTO ai VALUES (?)').bind(text).run();"],
  ['a rule named ai', "const ai = { run: (name) => name };\nai.run('first');"],

  [
    'splitters and loaders of langchain',
    "import { RecursiveCharacterTextSplitter } from 'langchain/text_splitter';\nimport { CSVLoader } from 'langchain/document_loaders/fs/csv';\nimport { x } from '@langchain/textsplitters';",
  ],
  [
    'interfaces of LangChain around a model',
    "import { StructuredTool } from '@langchain/core/tools';\nimport { BaseCache } from '@langchain/core/caches';\nimport { Callbacks } from '@langchain/core/callbacks/manager';\nimport { BaseDocumentLoader } from '@langchain/classic/document_loaders/base';\nimport { GoogleCustomSearch } from '@langchain/community/tools/google_custom_search';",
  ],
  [
    'model descriptions of a genkit plug-in, and tools of other servers',
    "import { Message, z } from 'genkit';\nimport { modelRef } from 'genkit/model';\nimport { createMCPClient } from '@ai-sdk/mcp';",
  ],
  ['ids and tools of the AI SDK', "import { generateId, tool, type UIMessage } from 'ai';"],
  [
    'a test stream of the AI SDK',
    "import { simulateReadableStream } from 'ai';\nimport { MockLanguageModelV3 } from 'ai/test';",
  ],
  [
    'the client part of a separate route',
    "import { useChat } from '@ai-sdk/react';\nimport { DefaultChatTransport } from 'ai';",
  ],
  // processes
  [
    'another program',
    "import { spawn } from 'node:child_process';\nspawn('git', ['commit', '-m', 'claude: fix']);",
  ],
  [
    'an argument that is a name',
    "import { execFile } from 'child_process';\nexecFile('echo', ['claude']);\nexecFile('which', ['claude']);",
  ],
  ['a quoted separator', "import { exec } from 'child_process';\nexec('git commit -m \"x | claude -p\"');"],
  [
    'a program that starts alike',
    "import { spawn } from 'child_process';\nspawn('claude-to-pdf', []);\nspawn('./codex.config', []);",
  ],
  ['a RegExp', "/claude/.exec('claude -p');\npattern.exec('codex');"],
  [
    'a write to a child',
    "import { spawn } from 'child_process';\nconst child = spawn('cat');\nchild.stdin.write('claude');\nchild.kill('claude');",
  ],
  ['an own function named run', "run('claude');\nexec('claude -p');"],
  ['the file of a program', "import { fork } from 'child_process';\nfork('./workers/gemini-report.js');"],
  [
    'a package that is installed',
    "import { exec } from 'child_process';\nexec('npm install -g @openai/codex');",
  ],

  [
    'a list of models',
    "fetch('https://openrouter.ai/api/v1/models');\nfetch('https://api.openai.com/v1/models?limit=9');",
  ],
  ['a list of local models', "fetch('http://localhost:11434/api/tags');"],
  [
    'a separate route',
    "app.post('/v1/chat/completions', handler);\napp.post('/v1/chat/completions', async (c) => c.json({ model: 'm', messages: [] }));",
  ],
  [
    'a chat route of its own',
    "fetch('/api/chat', { method: 'POST', body: JSON.stringify({ model: 'm', messages }) });",
  ],
  [
    'a chat route of its own host',
    "fetch('https://app.example.com/api/chat', { method: 'POST', body: JSON.stringify({ model: 'm', messages }) });",
  ],
  [
    'a separate server',
    "const s = new Server();\ns.request('/v1/chat/completions', (request, response) => response.end(JSON.stringify({ model, messages })));",
  ],
  [
    'a separate program',
    "import { spawn } from 'child_process';\nspawn('node', ['server.js', 'claude']);\nspawn('node', ['node_modules/vite/bin/vite.js']);",
  ],

  // construction
  [
    'a raw client outside a provider package is no-raw-sdk’s matter',
    'const client = new Client({ maxRetries: 3 });',
  ],
];

describe.each(Object.entries(parsers))('accepted code with the parser of %s', (_name, parser) => {
  it.each(ACCEPTED)('%s', (_what, code) => {
    expect(lint(code, { parser, filename: 'src/app.tsx' })).toEqual([]);
  });
});
