import {
  createMajordomo,
  LlmError,
  toolResult,
  user,
  type ChatModel,
  type ChatResponse,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import type { Answer, WireRequest } from '@majordomo/conformance';
import { png } from '@majordomo/test-support';
import { fetchOf, type Reply, type SentRequest } from './exchange.ts';
import type { Side } from './wires.ts';

const tools: ToolSpec[] = [
  {
    name: 'look',
    description: 'Looks',
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
  { name: 'count', description: 'Counts', parameters: { type: 'object', properties: {} } },
];

/** Responses of each vendor, in the order of its requests: reasoning, parallel calls, a plain answer, another call, a refusal. */
export const ANSWERS: readonly Answer[] = [
  {
    id: 'r0',
    parts: [
      { type: 'reasoning', text: 'Two tools are needed.' },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool-call', name: 'look', json: '{"at":"the door"}' },
      { type: 'tool-call', name: 'count', json: '' },
    ],
  },
  {
    id: 'r1',
    parts: [
      { type: 'reasoning', text: 'One failed.' },
      { type: 'text', text: 'A door; no count.' },
    ],
  },
  {
    id: 'r2',
    parts: [
      { type: 'text', text: 'Again.' },
      { type: 'tool-call', name: 'look', json: '{"at":"it"}' },
    ],
  },
  { id: 'r3', parts: [{ type: 'refusal', text: 'I cannot help with that.' }] },
];

const withToolResults = (response: ChatResponse): Message[] => {
  if (response.toolCalls.length === 0) return [response.message];
  const results = response.toolCalls.map(({ id, name }, at) => ({
    callId: id,
    name,
    content: at === 0 ? 'a door' : 'the counter is broken',
    isError: at !== 0,
  }));
  return [response.message, toolResult(results)];
};

const answerTo = (model: ChatModel, messages: readonly Message[]): Promise<ChatResponse> =>
  model.generate({ messages, tools, system: 'Be brief.', reasoning: 'low', maxTokens: 4000 });

/** Creates a conversation with everything that may cause problems at the next vendor, such as an interrupted call. */
export async function createConversation(model: ChatModel): Promise<Message[]> {
  const messages: Message[] = [user('What is this?', png)];
  const ask = (): Promise<ChatResponse> => answerTo(model, messages);
  messages.push(...withToolResults(await ask()));
  messages.push(...withToolResults(await ask()), user('Look again.'));
  messages.push((await ask()).message, user('Never mind. Open it by force.'));
  // If the API cannot represent a refusal, the vendor blocks the turn, and no part of the turn remains.
  const refusal = await ask().catch((error: unknown) => {
    if (LlmError.is(error, 'content-filter')) return undefined;
    throw error;
  });
  messages.push(...(refusal === undefined ? [] : [refusal.message]), user('Then go on.'));
  return messages;
}

/** Continues the conversation on a model for `turns` turns, at most as many as `ANSWERS` has before the refusal. */
export async function continueConversation(
  model: ChatModel,
  history: readonly Message[],
  turns: number,
): Promise<Message[]> {
  const messages = [...history];
  for (let turn = 0; turn < turns; turn++) {
    const response = await answerTo(model, messages);
    messages.push(...withToolResults(response));
    if (response.toolCalls.length === 0) messages.push(user('And now?'));
  }
  return messages;
}

/** Vendor without a socket. Stores its requests and the violations for which a real vendor would reject them. */
export interface Vendor {
  readonly model: ChatModel;
  readonly requests: WireRequest[];
  readonly bodies: unknown[];
  readonly refused: string[];
}

/** Creates a vendor that repeats `ANSWERS`, with different ids each time. */
export function openVendor(side: Side, id: string): Vendor {
  const { wire, model } = side;
  const requests: WireRequest[] = [];
  const bodies: unknown[] = [];
  const refused: string[] = [];
  const respond = ({ path, body }: SentRequest): Reply => {
    const request = wire.read(path, body);
    bodies.push(body);
    if (!wire.accepts('POST', path)) refused.push(path);
    refused.push(...wire.validate(body).map((violation) => `${violation.rule} at ${violation.path}`));
    const answer = { ...ANSWERS[requests.length % ANSWERS.length], id: `${id}${requests.length}` } as Answer;
    requests.push(request);
    if (request.streamed) {
      const pieces = wire.stream(answer, request).map(({ bytes }) => bytes);
      return { status: 200, headers: wire.streamHeaders, pieces };
    }
    const { status, headers, body: text } = wire.complete(answer, request);
    return { status, headers, pieces: [new TextEncoder().encode(text)] };
  };
  // `offline` creates the provider if its SDK has no `fetch` option.
  const majordomo = createMajordomo({
    providers: [side.offline?.(id, respond) ?? side.provider(id, wire.baseURL('http://vendor.test'))],
    fetch: fetchOf(respond),
    chain: { attempts: 1 },
  });
  return { model: majordomo.model(`${id}/${model}`), requests, bodies, refused };
}
