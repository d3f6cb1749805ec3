import {
  image,
  toolResult,
  user,
  type ChatModel,
  type ChatResponse,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import type { Answer } from '@majordomo/testing';

/** The smallest PNG: one transparent pixel. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='),
  (character) => character.charCodeAt(0),
);

const tools: ToolSpec[] = [
  {
    name: 'look',
    description: 'Looks',
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
  { name: 'count', description: 'Counts', parameters: { type: 'object', properties: {} } },
];

/** What either server says, request by request: reasoning, parallel calls, a plain answer, one more call. */
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
];

const answered = (response: ChatResponse): Message[] => {
  if (response.toolCalls.length === 0) return [response.message];
  const results = response.toolCalls.map(({ id, name }, at) => ({
    callId: id,
    name,
    content: at === 0 ? 'a door' : 'the counter is broken',
    isError: at !== 0,
  }));
  return [response.message, toolResult(results)];
};

/** A conversation with everything that may trouble the next vendor; it ends in a call that was interrupted. */
export async function make(model: ChatModel): Promise<Message[]> {
  const messages: Message[] = [user('What is this?', image(PIXEL))];
  const ask = (): Promise<ChatResponse> =>
    model.generate({ messages, tools, system: 'Be brief.', reasoning: 'low', maxTokens: 4000 });
  messages.push(...answered(await ask()));
  messages.push(...answered(await ask()), user('Look again.'));
  messages.push((await ask()).message, user('Never mind. Go on.'));
  return messages;
}

/** Three more turns of it, on whatever model. */
export async function carryOn(model: ChatModel, history: readonly Message[]): Promise<Message[]> {
  const messages = [...history];
  for (let turn = 0; turn < 3; turn++) {
    const response = await model.generate({
      messages,
      tools,
      system: 'Be brief.',
      reasoning: 'low',
      maxTokens: 4000,
    });
    messages.push(...answered(response));
    if (response.toolCalls.length === 0) messages.push(user('And now?'));
  }
  return messages;
}
