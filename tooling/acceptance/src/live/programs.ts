import { ok as expect } from 'node:assert/strict';
import {
  createMajordomo,
  toolResult,
  user,
  type ChatResponse,
  type Message,
  type Provider,
  type ToolMessage,
  type ToolSpec,
} from '@majordomo/core';

/** Conversation whose model can write programs. */
interface Conversation {
  /** Sends the messages with the tool that programs may call. */
  readonly ask: (messages: readonly Message[]) => Promise<ChatResponse>;
}

/** Fact about programs of a vendor on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface ProgramCase {
  readonly name: string;
  readonly run: (conversation: Conversation) => Promise<void>;
}

/** Tool that only programs may call. */
export const SALES: ToolSpec = {
  name: 'sales',
  description: 'Returns the sales of a region as a number. The regions are r1, r2 and r3.',
  parameters: { type: 'object', properties: { region: { type: 'string' } }, required: ['region'] },
  callers: ['program'],
};

const TASK = user(
  'Call the tool "sales" for the regions r1, r2 and r3, one after the other, in a program. Then answer with the sum.',
);

/** Returns the results of all calls of a response: the number of the region. */
export const salesOf = ({ toolCalls }: ChatResponse, isError?: boolean): ToolMessage => ({
  role: 'tool',
  parts: toolCalls.flatMap(
    ({ id, name, args }) =>
      toolResult({ callId: id, name, content: /\d/.exec(JSON.stringify(args))?.[0] ?? '0', isError }).parts,
  ),
});

/** Sends results until the model calls no tool, at most ten times. Returns the messages and the last response. */
export async function converse(
  ask: Conversation['ask'],
  messages: readonly Message[] = [TASK],
): Promise<{ readonly messages: readonly Message[]; readonly last: ChatResponse }> {
  const all = [...messages];
  let last = await ask(all);
  for (let turn = 0; turn < 10 && last.toolCalls.length > 0; turn++) {
    all.push(last.message, salesOf(last));
    last = await ask(all);
  }
  return { messages: [...all, last.message], last };
}

/** Sends the task. Throws unless a program made the first calls. */
async function firstCalls(ask: Conversation['ask']): Promise<ChatResponse> {
  const response = await ask([TASK]);
  const ids = response.toolCalls.map(({ programId }) => programId);
  expect(ids.length > 0 && !ids.includes(undefined), `the calls are of the programs ${ids.join()}`);
  return response;
}

function expectNoRepair({ warnings }: ChatResponse): void {
  const repairs = warnings.filter(({ action }) => action === 'repaired').map(({ what }) => what);
  expect(repairs.length === 0, `the request was repaired: ${repairs.join()}`);
}

const COMMON: readonly ProgramCase[] = [
  {
    name: 'a program calls a tool over several requests, and its output reaches the answer',
    async run({ ask }) {
      const first = await firstCalls(ask);
      const { last } = await converse(ask, [TASK, first.message, salesOf(first)]);
      expect(last.text.includes('6'), `the answer is ${last.text}`);
      expectNoRepair(last);
    },
  },
  {
    name: 'a program that has ended is accepted in a later request',
    async run({ ask }) {
      await firstCalls(ask);
      const { messages } = await converse(ask);
      expectNoRepair(await ask([...messages, user('Answer only "ok".')]));
    },
  },
  {
    name: 'a program continues after a failed result',
    async run({ ask }) {
      const first = await firstCalls(ask);
      expectNoRepair(await ask([TASK, first.message, salesOf(first, true)]));
    },
  },
  {
    name: 'a message of the user after the results of a program is answered',
    async run({ ask }) {
      const first = await firstCalls(ask);
      const stop = user('Stop, and answer only "ok".');
      expectNoRepair(await ask([TASK, first.message, salesOf(first), stop]));
    },
  },
];

const CONTAINERS: readonly ProgramCase[] = [
  {
    name: 'an unknown container of a waiting program is rejected, and the repaired request is answered',
    async run({ ask }) {
      const first = await firstCalls(ask);
      const parts = first.message.parts.map((part) =>
        part.type === 'vendor' && part.kind === 'container'
          ? { ...part, replay: { ...part.replay, data: { container: { id: 'container_unknown' } } } }
          : part,
      );
      const { warnings } = await ask([TASK, { role: 'assistant', parts }, salesOf(first)]);
      const repairs = warnings.filter(({ action }) => action === 'repaired');
      expect(repairs.length === 1, `the request was repaired ${repairs.length} times`);
    },
  },
];

/** Facts about Anthropic's programs, which run in containers. */
export const CONTAINER_PROGRAM_CASES: readonly ProgramCase[] = [...COMMON, ...CONTAINERS];

/** Facts about OpenAI's programs, which have no state at the vendor. */
export const STATELESS_PROGRAM_CASES: readonly ProgramCase[] = COMMON;

/** Runs a case with a new conversation. */
export async function runProgramCase(
  { run }: ProgramCase,
  provider: Provider,
  modelId: string,
): Promise<void> {
  const majordomo = createMajordomo({ providers: [provider], env: process.env, chain: { attempts: 1 } });
  const model = majordomo.model(`${provider.id}/${modelId}`);
  await run({ ask: (messages) => model.generate({ messages, tools: [SALES] }) });
}
