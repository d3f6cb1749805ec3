import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serveA2a } from '@majordomo/a2a';
import { createAgent } from '@majordomo/agent';
import { createMajordomo, type ChatModel } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { createGateway } from '@majordomo/gateway';
import { serveMcp } from '@majordomo/mcp';
import { fakeProvider } from '@majordomo/testing';
import { ANSWER } from './vendor-answers.ts';
import type { Service } from './vendor-hosts.ts';

/** Image of one pixel. */
export const PIXEL: Buffer = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Servers that the programs of the documents call in addition to vendors, by the beginning of their addresses. */
export function documentServices(): Readonly<Record<string, Service>> {
  const mcp = serveMcp({ name: 'example', version: '1.0.0', tools: [], hosts: 'any' });
  const agent = serveA2a({
    agent: createAgent({ model: fakeModel('Order 7 is refunded.') }),
    url: 'https://support.example.com/a2a',
    card: { name: 'Support desk', description: 'Refunds orders', version: '1.0.0' },
    authorize: () => ({ user: 'shop' }),
  });
  return {
    'https://mcp.': (request) => mcp.fetch(request),
    'https://support.example.com/': (request) => agent.fetch(request),
    'http://127.0.0.1:4141/': (request) => gateway().fetch(request),
    'https://api.openai.com/v1/images/generations': generateImage,
    'https://api.openai.com/v1/images/edits': editImage,
    'https://api.openai.com/v1/audio/transcriptions': transcribe,
  };
}

/** Returns a gateway whose model answers once, so each request needs a new one. */
function gateway(): { fetch(request: Request): Promise<Response> } {
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'fake', models: { model: [ANSWER] } })],
  });
  return createGateway({ majordomo, models: { smart: 'fake/model' }, authorize: () => ({}) });
}

function fakeModel(text: string): ChatModel {
  const provider = fakeProvider({ id: 'fake', models: { model: [text] } });
  return createMajordomo({ providers: [provider] }).model('fake/model');
}

/** Returns an image if the form has the parts of an edit with a mask, and otherwise status 400. */
async function editImage(request: Request): Promise<Response> {
  const form = await request.text();
  const isComplete = ['prompt', 'image', 'mask'].every((name) => form.includes(`name="${name}"`));
  if (!isComplete) return new Response(null, { status: 400 });
  return Response.json({ created: 0, data: [{ b64_json: PIXEL.toString('base64') }] });
}

async function generateImage(request: Request): Promise<Response> {
  const { stream } = (await request.json()) as { readonly stream?: boolean };
  const b64 = PIXEL.toString('base64');
  const usage = { input_tokens: 5, output_tokens: 9, total_tokens: 14 };
  if (stream !== true) return Response.json({ created: 0, data: [{ b64_json: b64 }], usage });
  return streamed([
    { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: b64 },
    { type: 'image_generation.completed', b64_json: b64, usage },
  ]);
}

/** Streams a transcript. The servers of `@majordomo/conformance` send transcripts at once. */
const transcribe: Service = () =>
  Promise.resolve(
    streamed([
      { type: 'transcript.text.delta', delta: ANSWER },
      { type: 'transcript.text.done', text: ANSWER },
    ]),
  );

function streamed(
  events: readonly { readonly type: string; readonly [member: string]: unknown }[],
): Response {
  const lines = events.map((event) => sseEvent(JSON.stringify(event), event.type));
  return new Response(lines.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

/** Starts a collector of OpenTelemetry, which accepts everything. Returns its address, and a function that stops it. */
export async function startCollector(): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer(
    (request, response) => void request.resume().on('end', () => response.end('{}')),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
