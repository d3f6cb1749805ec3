import { expect, it } from 'vitest';
import { lint, messages, testReported } from './lint.ts';

const REPORTED: readonly (readonly [what: string, code: string])[] = [
  ['fetch', "await fetch('https://api.openai.com/v1/responses', { method: 'POST' });"],
  ['globalThis.fetch', "await globalThis.fetch('https://api.anthropic.com/v1/messages');"],
  ['window["fetch"]', "await window['fetch']('https://api.mistral.ai/v1/chat/completions');"],
  ['an alias of fetch', "const send = globalThis.fetch;\nsend('https://api.cerebras.ai/v1/embeddings');"],
  [
    'a bound fetch',
    "const send = fetch.bind(globalThis);\nsend('https://api.groq.com/openai/v1/embeddings');",
  ],
  ['a beacon', "navigator.sendBeacon('https://api.openai.com/v1/chat/completions');"],
  ['fetch.apply', "fetch.apply(null, ['https://api.openai.com/v1/embeddings']);"],
  ['Reflect.apply', "Reflect.apply(fetch, null, ['https://api.openai.com/v1/chat/completions']);"],
  ['a session of HTTP/2', "import http2 from 'node:http2';\nhttp2.connect('https://api.openai.com');"],
  ['a module of Node as a global', "http2.connect('https://api.openai.com');"],
  ['a socket', "import tls from 'node:tls';\ntls.connect(443, 'api.openai.com');"],
  [
    'a socket by options',
    "import { connect } from 'node:tls';\nconnect({ host: 'api.anthropic.com', port: 443 });",
  ],
  ['base64', "fetch(atob('aHR0cHM6Ly9hcGkub3BlbmFpLmNvbS92MS9jaGF0L2NvbXBsZXRpb25z'));"],
  [
    'base64 by Buffer',
    "fetch(Buffer.from('aHR0cHM6Ly9hcGkub3BlbmFpLmNvbS92MS9jaGF0L2NvbXBsZXRpb25z', 'base64').toString());",
  ],
  ['a member of a list', "const hosts = ['https://api.x.ai'];\nfetch(`${hosts[0]}/v1`);"],
  ['fetch.call', "fetch.call(globalThis, 'https://api.openai.com/v1/embeddings');"],
  [
    'a fetch taken from globalThis',
    "const { fetch: get } = globalThis;\nget('https://openrouter.ai/api/v1/embeddings');",
  ],
  [
    'an injected fetch',
    "export const ask = (fetchImpl) => fetchImpl('https://api.openai.com/v1/responses');",
  ],
  ['a fetch on a binding', "env.PROXY.fetch('https://gateway.ai.cloudflare.com/v1/a/b/openai');"],
  ['a host from a constant', "const HOST = 'https://api.anthropic.com';\nfetch(HOST + '/v1/messages');"],
  [
    'a host from an object',
    "const hosts = { a: { url: 'https://api.x.ai' } };\nfetch(`${hosts.a.url}/v1/x`);",
  ],
  [
    'a host from a field',
    "class A { base = 'https://api.openai.com/v1'; go() { return fetch(this.base + '/embeddings'); } }",
  ],
  [
    'a host from a constructor',
    "class A { constructor() { this.b = 'https://api.x.ai'; } go() { return fetch(`${this.b}/v1`); } }",
  ],
  [
    'a host from a getter',
    "class A { get b() { return 'https://api.x.ai'; } go() { return fetch(this.b); } }",
  ],
  [
    'a host from a default parameter',
    "async function ask(base = 'https://api.groq.com') { await fetch(`${base}/openai/v1/x`); }",
  ],
  [
    'a host from a destructured default',
    "function ask({ base = 'https://api.groq.com' }) { return fetch(`${base}/x`); }",
  ],
  ['a host behind ??', "fetch(`${options.base ?? 'https://api.deepseek.com'}/beta`);"],
  ['a host behind a condition', "fetch(eu ? 'https://eu.api.openai.com/v1' : other);"],
  ['a host assigned later', "let url;\nurl = 'https://api.openai.com/v1';\nfetch(url);"],
  ['a host from a function', "const url = (p) => `https://api.together.xyz/${p}`;\nfetch(url('v1'));"],
  ['template pieces', "const vendor = 'openai';\nfetch(`https://api.${vendor}.com/v1/embeddings`);"],
  ['joined pieces', "fetch(['https://api.', 'openai', '.com/v1'].join(''));"],
  ['concat', "fetch('https://'.concat('api.openai.com', '/v1'));"],
  ['new URL with a base', "fetch(new URL('/v1/embeddings', 'https://api.openai.com'));"],
  ['the href of a URL', "const url = new URL('https://api.openai.com/v1');\nfetch(url.toString());"],
  ['a Request', "const request = new Request('https://api.anthropic.com/v1/x');\nfetch(request);"],
  ['a region in the host', 'fetch(`https://bedrock-runtime.${region}.amazonaws.com/model/x/converse`);'],
  ['an Azure resource', 'fetch(`https://${resource}.openai.azure.com/openai/deployments/x`);'],
  ['a local ollama', "fetch('http://localhost:11434/api/embed');"],
  ['credentials and port in the URL', "fetch('https://user:pass@api.openai.com:443/v1');"],
  [
    'axios as a function',
    "import axios from 'axios';\naxios({ method: 'post', baseURL: 'https://api.openai.com', url: '/v1/x' });",
  ],
  ['axios.post', "import axios from 'axios';\naxios.post('https://api.cohere.com/v2/chat', {});"],
  [
    'an axios instance',
    "import axios from 'axios';\nexport const api = axios.create({ baseURL: 'https://api.openai.com/v1' });",
  ],
  [
    'a call on an axios instance',
    "import { api } from 'axios';\nconst http = api.create();\nhttp.post('/chat/completions', {});",
  ],
  [
    'got',
    "import got from 'got';\ngot.post('https://integrate.api.nvidia.com/v1/chat/completions', { json: {} });",
  ],
  [
    'ky with a prefix',
    "import ky from 'ky';\nky.post('v1/embeddings', { prefixUrl: 'https://api.openai.com', json: {} });",
  ],
  ['undici', "import { request } from 'undici';\nrequest('https://api.openai.com/v1/embeddings');"],
  [
    'an undici client',
    "import { Client } from 'undici';\nexport const client = new Client('https://api.anthropic.com');",
  ],
  [
    'https.request with a URL',
    "import https from 'node:https';\nhttps.request('https://api.openai.com/v1/embeddings');",
  ],
  [
    'https.request with options',
    "import { request } from 'https';\nrequest({ hostname: 'api.anthropic.com', path: '/v1/messages' });",
  ],
  [
    'https.request with named options',
    "const https = require('https');\nconst o = { host: 'api.x.ai', path: '/v1' };\nhttps.get(o);",
  ],
  [
    'http to a local port',
    "import http from 'http';\nhttp.request({ host: '127.0.0.1', port: 11434, path: '/x' });",
  ],
  [
    'XMLHttpRequest',
    "const x = new XMLHttpRequest();\nx.open('POST', 'https://api.openai.com/v1/responses');",
  ],
  ['a WebSocket', "new WebSocket('wss://api.openai.com/v1/realtime?model=x');"],
  [
    'the ws package',
    "import WebSocket from 'ws';\nnew WebSocket('wss://generativelanguage.googleapis.com/ws');",
  ],
  [
    'a posting method of an unknown client',
    "export const ask = (http) => http.post('https://api.openai.com/v1/responses', {});",
  ],

  ['the path of the chat wire on any host', 'fetch(`${base}/v1/chat/completions`, init);'],
  ['the path of the chat wire on this host', "fetch('/proxy/chat/completions', init);"],
  ['a Gemini method', 'fetch(`${base}/v1beta/models/${model}:streamGenerateContent?alt=sse`);'],
  ['a Converse path', 'fetch(`${endpoint}/model/${id}/converse-stream`);'],
  ['Workers AI over REST', 'fetch(`https://api.cloudflare.com/client/v4/accounts/${id}/ai/run/@cf/x`);'],
  [
    '/v1/messages with a header of the wire',
    "fetch(`${base}/v1/messages`, { headers: { 'anthropic-version': '2023-06-01' } });",
  ],
  [
    '/v1/messages with a body that names a model',
    'fetch(`${base}/v1/messages`, { body: JSON.stringify({ model, messages }) });',
  ],
  [
    'a body built beforehand',
    'const payload = { model: "x", input: text };\nfetch(`${base}/v1/responses`, { body: JSON.stringify(payload) });',
  ],
  [
    'headers from a function',
    "const headers = () => ({ 'anthropic-version': '2023-06-01' });\nfetch(`${base}/v1/messages`, { headers: headers() });",
  ],
  ['/api/chat below a host named after a vendor', 'fetch(`${process.env.OLLAMA_URL}/api/chat`, init);'],
  [
    'an address from elsewhere with a header of the wire',
    "import { url } from './config.ts';\nfetch(url, { headers: { 'Anthropic-Version': '2023-06-01' } });",
  ],
  [
    'an address named after a vendor with a body that names a model',
    "import { OPENAI_URL } from './config.ts';\nfetch(OPENAI_URL, { body: JSON.stringify({ model, messages }) });",
  ],
];

testReported('no-raw-inference-http', REPORTED);

it('reports a host from an enum where the parser declares enums', () => {
  const code = "enum Host { OpenAI = 'https://api.openai.com' }\nfetch(`${Host.OpenAI}/v1/embeddings`);";
  expect(lint(code)).toEqual(['no-raw-inference-http:2']);
});

it('reports a chained client call once', () => {
  const code =
    "import axios from 'axios';\naxios.create({ baseURL: 'https://api.openai.com/v1' }).post('/chat/completions', {});";
  expect(lint(code)).toEqual(['no-raw-inference-http:2']);
});

const AMBIGUOUS: readonly (readonly [what: string, code: string])[] = [
  ['/v1/messages without evidence', 'fetch(`${base}/v1/messages`, init);'],
  ['/api/chat on an absolute address', "fetch('https://chat.example.org/api/chat', init);"],
  [
    'an address from elsewhere with a body that names a model',
    'fetch(url, { body: JSON.stringify({ model, prompt }) });',
  ],
];

it.each(AMBIGUOUS)('%s passes by default and is reported in strict', (_what, code) => {
  expect(lint(code)).toEqual([]);
  expect(lint(code, { strict: true })).toEqual(['no-raw-inference-http:1']);
});

it('accepts additional hosts and paths', () => {
  const code =
    "fetch('https://llm.house.example/v2/x');\nfetch(`${base}/llm/ask`);\nfetch('https://house.example/x');";
  expect(lint(code, { options: { hosts: ['llm.house.example'], paths: ['/llm/ask'] } })).toEqual([
    'no-raw-inference-http:1',
    'no-raw-inference-http:2',
  ]);
});

it('reports the host or path that matched and the package to use', () => {
  const [groq] = messages("fetch('https://api.groq.com/openai/v1/chat/completions');");
  expect(groq?.message).toContain('api.groq.com');
  expect(groq?.message).toContain('creates with createGroq() from @majordomo/provider-groq: https://');
  const [chat] = messages('fetch(`${base}/chat/completions`);');
  expect(chat?.message).toContain('/chat/completions');
  expect(chat?.message).toContain('openaiCompatible({ id, baseURL, keyEnv })');
  // A custom address, such as that of a gateway.
  const [gateway] = messages("fetch(`${base}/v1/messages`, { headers: { 'anthropic-version': 'x' } });");
  expect(gateway?.message).toContain('createAnthropic({ baseURL })');
  for (const { message } of [groq, chat, gateway].filter((each) => each !== undefined)) {
    expect(message.length).toBeLessThan(260);
    expect(message).toMatch(/apps\/docs\/migrating\.md$/);
  }
});

it('stops at a name that refers to itself', () => {
  const lines = Array.from({ length: 60 }, (_, index) => `url = url + part${String(index)} + url;`).join(
    '\n',
  );
  expect(lint(`let url = 'https://example.org';\n${lines}\nfetch(url);`)).toEqual([]);
});

it.each([
  ['a parameter that is destructured into itself', 'var { options } = options;'],
  ['a constant that is destructured from itself', 'const { options } = options;'],
  ['two constants that are destructured from each other', 'const { a: options } = b; const { b } = options;'],
  ['an element of the list itself', 'var [options] = options;'],
])('stops at %s', (_, declaration) => {
  expect(lint(`function f(options) { { ${declaration} fetch(options.url); } }`)).toEqual([]);
});

it('finds an address next to a declaration that refers to itself', () => {
  const code = "var options = { url: 'https://api.openai.com/v1/responses' };\nvar { options } = options;";
  expect(lint(`${code}\nfetch(options.url);`)).toEqual(['no-raw-inference-http:3']);
});
