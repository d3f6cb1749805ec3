import { createServer, type ServerResponse } from 'node:http';
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

const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

async function write(response: ServerResponse, body: ChatBody, answer: Answer): Promise<void> {
  const { pieces = [], reasoning = [], calls = [], status = 200, step, isCut = false } = answer;
  const finish = answer.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop');
  const head = { id: 'r1', model: body.model, created: 1 };
  if (status !== 200 || (answer.tail !== undefined && body.stream !== true)) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(answer.tail ?? JSON.stringify({ error: { message: `status ${status}` } }));
    return;
  }
  const toolCalls = calls.map(({ name, json }, at) => ({
    id: `call_${at}`,
    type: 'function',
    function: { name, arguments: json },
  }));
  if (body.stream !== true) {
    for (let at = 0; at < pieces.length; at++) await step?.(at);
    const message = {
      role: 'assistant',
      content: pieces.join(''),
      ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    };
    const json = JSON.stringify({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: USAGE,
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, more: object = {}): void => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...more }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: 'assistant', content: '' });
  for (const text of reasoning) send({ reasoning_content: text });
  for (const [at, content] of pieces.entries()) {
    await step?.(at);
    send({ content });
  }
  if (answer.tail !== undefined) {
    response.end(answer.tail);
    return;
  }
  if (isCut) {
    // The socket is closed when the client can read what was written.
    await new Promise((resolve) => response.write(': cut\n\n', resolve));
    response.destroy();
    return;
  }
  for (const [index, { name, json, cuts = [] }] of calls.entries()) {
    send({
      tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }],
    });
    const ends = [...cuts, json.length];
    for (const [at, end] of ends.entries())
      send({ tool_calls: [{ index, function: { arguments: json.slice(ends[at - 1] ?? 0, end) } }] });
  }
  send({}, { finish_reason: finish });
  const usage = { ...head, object: 'chat.completion.chunk', choices: [], usage: USAGE };
  response.write(`data: ${JSON.stringify(usage)}\n\n`);
  response.end('data: [DONE]\n\n');
}
