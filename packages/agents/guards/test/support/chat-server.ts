import { createServer, type ServerResponse } from 'node:http';
import { openaiChatWire, type Answer as WireAnswer } from '@majordomo/conformance';
import { createMajordomo, type ChatModel, type MajordomoOptions } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';

/** Body of a request, as OpenAI's SDK sends it. */
export interface ChatBody {
  readonly messages: readonly {
    readonly role: string;
    readonly content: unknown;
    readonly tool_calls?: unknown;
  }[];
  readonly stream?: boolean;
  readonly model: string;
}

/** Answer of the server. Each piece of a stream is one chunk. */
export interface Answer {
  readonly reasoning?: readonly string[];
  readonly pieces?: readonly string[];
  readonly calls?: readonly {
    readonly name: string;
    readonly json: string;
    readonly cuts?: readonly number[];
  }[];
  /** Status other than 200. */
  readonly status?: number;
  /** Whether the connection breaks after the last piece. */
  readonly isCut?: boolean;
  /** Text that ends a stream after its last piece, or the body of an error or of a complete answer. */
  readonly tail?: string;
  /** Called before each piece. */
  readonly step?: (at: number) => Promise<void>;
  readonly finish?: string;
}

export interface ChatServer {
  readonly model: ChatModel;
  /** Returns a model with other options of `createMajordomo`. */
  create(options?: Partial<MajordomoOptions>): ChatModel;
  readonly url: string;
  readonly bodies: readonly ChatBody[];
  /** Number of connections that clients have opened. */
  connections(): number;
  /** All request bodies as text. */
  sent(): string;
  /** Resolves when the first request has arrived. */
  arrived(): Promise<unknown>;
  /** Resolves when the first response has ended or its client has closed the connection. */
  closed(): Promise<{ readonly whole: boolean }>;
}

/** Starts a server for Chat Completions on 127.0.0.1, and a model that OpenAI's SDK calls. */
export async function chatServer(
  answer: (body: ChatBody, at: number) => Answer | Promise<Answer>,
): Promise<ChatServer> {
  let connections = 0;
  const server = await testServer(
    async (response, { body }, number) => {
      const request = body as unknown as ChatBody;
      try {
        await write(response, request, await answer(request, number - 1));
      } catch {
        response.destroy();
      }
    },
    (listener) => createServer(listener).on('connection', () => connections++),
  );
  onTestFinished(() => server.close());
  const create = (options: Partial<MajordomoOptions> = {}): ChatModel =>
    createMajordomo({
      providers: [createOpenAI({ api: 'chat', apiKey: 'test', baseURL: `${server.origin}/v1` })],
      chain: { attempts: 1 },
      ...options,
    }).model('openai/gpt-test');
  return {
    model: create(),
    create,
    url: `${server.origin}/v1`,
    get bodies() {
      return server.requests.map(({ body }) => body as unknown as ChatBody);
    },
    sent: () => server.requests.map(({ text }) => text).join('\n'),
    connections: () => connections,
    arrived: () => server.request(0),
    closed: async () => (await server.request(0)).closed,
  };
}

/** Chat Completions with reasoning. */
const wire = openaiChatWire({ reasoningField: 'reasoning_content' });

async function write(response: ServerResponse, body: ChatBody, answer: Answer): Promise<void> {
  const { pieces = [], reasoning = [], status = 200, step, isCut = false, tail } = answer;
  if (status !== 200 || (tail !== undefined && body.stream !== true)) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(tail ?? JSON.stringify({ error: { message: `status ${status}` } }));
    return;
  }
  const request = wire.read('/v1/chat/completions', body);
  if (!request.streamed) {
    for (let at = 0; at < pieces.length; at++) await step?.(at);
    const reply = wire.complete(scripted(answer), request);
    response.writeHead(200, reply.headers).end(reply.body);
    return;
  }
  response.writeHead(200, wire.streamHeaders);
  const isPartial = isCut || tail !== undefined;
  let at = -reasoning.length;
  for (const { kind, bytes } of wire.stream(scripted(answer), request)) {
    if (isPartial && (kind === 'finish' || at === pieces.length)) break;
    if (kind === 'content' && at >= 0 && at < pieces.length) await step?.(at);
    response.write(bytes);
    if (kind === 'content') at++;
  }
  if (!isCut) {
    response.end(tail);
    return;
  }
  // The socket is closed when the client can read what was written.
  await new Promise((resolve) => response.write(': cut\n\n', resolve));
  response.destroy();
}

/** Returns the answer in the form of the wire. */
function scripted({ pieces = [], reasoning = [], calls = [], finish }: Answer): WireAnswer {
  return {
    parts: [
      ...(reasoning.length === 0
        ? []
        : [{ type: 'reasoning', text: reasoning.join(''), chunks: reasoning } as const]),
      { type: 'text', text: pieces.join(''), chunks: pieces },
      ...calls.map(({ name, json, cuts = [] }, index) => {
        const chunks = [...cuts, json.length].map((end, at) => json.slice(cuts[at - 1] ?? 0, end));
        return { type: 'tool-call', id: `call_${index}`, name, json, chunks } as const;
      }),
    ],
    rawFinish: finish,
    usage: { input: 7, output: 5 },
  };
}
