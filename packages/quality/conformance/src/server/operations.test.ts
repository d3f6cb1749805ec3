import { expect, it } from 'vitest';
import { bedrockConverse } from '../wires/bedrock-converse/wire.ts';
import { geminiGenerate } from '../wires/gemini-generate/wire.ts';
import { ollamaChat } from '../wires/ollama-chat/wire.ts';
import { openaiChat } from '../wires/openai-chat/wire.ts';
import type { Wire } from '../wires/wire.ts';
import { workersaiRun } from '../wires/workersai-run/wire.ts';
import { type Script, startWireServer } from './server.ts';

interface ServerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends one request to a server and returns the response. */
async function answerOf(wire: Wire, script: Script, path: string, body: object): Promise<ServerAnswer> {
  await using server = await startWireServer({ wire, script });
  return await post(`${server.url}${path}`, body);
}

async function post(url: string, body: object): Promise<ServerAnswer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}

const vectors = [[1, 0]];

it.each<[string, Wire, string, object, object]>([
  [
    'base64',
    openaiChat,
    '/v1/embeddings',
    { model: 'm', input: 'a', encoding_format: 'base64' },
    { data: [{ index: 0, embedding: 'AACAPwAAAAA=' }], usage: { prompt_tokens: 12 } },
  ],
  [
    'a batch',
    geminiGenerate,
    '/v1beta/models/m:batchEmbedContents',
    { requests: [{ content: { parts: [{ text: 'a' }] } }] },
    { embeddings: [{ values: [1, 0] }] },
  ],
  [
    'a prediction',
    geminiGenerate,
    '/v1/projects/p/locations/l/publishers/google/models/m:predict',
    { instances: [{ content: 'a' }] },
    { predictions: [{ embeddings: { values: [1, 0], statistics: { token_count: 12 } } }] },
  ],
  [
    'Titan',
    bedrockConverse,
    '/model/m/invoke',
    { inputText: 'a' },
    { embedding: [1, 0], inputTextTokenCount: 12 },
  ],
  [
    'Cohere',
    bedrockConverse,
    '/model/m/invoke',
    { texts: ['a'], input_type: 'search_document' },
    { embeddings: { float: [[1, 0]] } },
  ],
  [
    'Ollama',
    ollamaChat,
    '/api/embed',
    { model: 'm', input: ['a'] },
    { embeddings: [[1, 0]], prompt_eval_count: 12 },
  ],
  [
    'Workers AI',
    workersaiRun,
    '/accounts/a/ai/run/m',
    { text: ['a'] },
    { result: { shape: [1, 2], data: [[1, 0]] } },
  ],
])('returns vectors in the format of %s', async (_, wire, path, body, answer) => {
  expect(await answerOf(wire, [{ vectors }], path, body)).toMatchObject({ status: 200, body: answer });
});

it('reads the fields and files of a form', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: ['Hello.'] });
  const form = new FormData();
  form.append('model', 'whisper-1');
  form.append('file', new Blob([Uint8Array.of(0, 255)], { type: 'audio/wav' }), 'a.wav');
  const response = await fetch(`${server.url}/v1/audio/transcriptions`, { method: 'POST', body: form });
  expect(await response.json()).toMatchObject({ text: 'Hello.' });
  const file = { name: 'a.wav', mediaType: 'audio/wav', bytes: Uint8Array.of(0, 255) };
  expect(server.requests[0]).toMatchObject({
    model: 'whisper-1',
    body: { model: 'whisper-1', file },
    operation: { operation: 'transcription', audio: { bytes: file.bytes } },
  });
});

it('returns speech as bytes with the media type of the format', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: [{ audio: Uint8Array.of(1, 2) }] });
  const body = JSON.stringify({ model: 'm', input: 'Hi.', voice: 'alloy', response_format: 'opus' });
  const response = await fetch(`${server.url}/v1/audio/speech`, { method: 'POST', body });
  expect([response.headers.get('content-type'), new Uint8Array(await response.arrayBuffer())]).toEqual([
    'audio/ogg',
    Uint8Array.of(1, 2),
  ]);
});

it.each<[string, Wire, string, object]>([
  ['no input', openaiChat, '/v1/embeddings', { model: 'm' }],
  ['an empty list', ollamaChat, '/api/embed', { model: 'm', input: [] }],
  ['an unknown member', bedrockConverse, '/model/m/invoke', { inputText: 'a', input: 'a' }],
  ['a speed of 0', openaiChat, '/v1/audio/speech', { model: 'm', input: 'a', speed: 0 }],
])('rejects %s like the vendor', async (_, wire, path, body) => {
  expect((await answerOf(wire, [{ vectors }], path, body)).status).toBe(400);
});

it.each<[string, Script, string, object]>([
  [
    'vectors to a chat',
    [{ vectors }],
    '/v1/chat/completions',
    { model: 'm', messages: [{ role: 'user', content: 'a' }] },
  ],
  ['a text instead of vectors', [{ text: 'Hello.' }], '/v1/embeddings', { model: 'm', input: 'a' }],
  ['audio instead of vectors', [{ audio: new Uint8Array() }], '/v1/embeddings', { model: 'm', input: 'a' }],
  [
    'misspelled vectors',
    [{ vectors, dimension: 2 }] as unknown as Script,
    '/v1/embeddings',
    { model: 'm', input: 'a' },
  ],
  [
    'warnings, which only fake providers support',
    [{ vectors, warnings: [] }],
    '/v1/embeddings',
    { model: 'm', input: 'a' },
  ],
])('reports a script with %s', async (_, script, path, body) => {
  const server = await startWireServer({ wire: openaiChat, script });
  expect((await post(`${server.url}${path}`, body)).status).toBe(500);
  await expect(server.close()).rejects.toThrow(/step 1/);
});
