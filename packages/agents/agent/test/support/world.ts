import { createMajordomo, LlmError, type MajordomoOptions, type Message } from '@majordomo/core';
import { fakeProvider, type FakeCall, type Turn } from '@majordomo/testing';
import { createAgent, RunError, type Agent, type AgentEvent, type AgentOptions } from '../../src/index.ts';
import { withJournals } from './on-journal.ts';

export interface World {
  readonly agent: Agent;
  readonly requests: readonly FakeCall[];
}

/** Returns an agent whose fake model answers with these turns. */
export function world(
  turns: readonly Turn[],
  options: Partial<AgentOptions> = {},
  majordomoOptions: Partial<MajordomoOptions> = {},
): World {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 }, ...majordomoOptions }).model(
    'f/m',
  );
  return { agent: withJournals(createAgent({ model, ...options })), requests: fake.requests };
}

/** Returns a turn that calls a tool. */
export const call = (
  name: string,
  args: Record<string, string | number | boolean> = {},
  text?: string,
): Turn => ({
  text,
  toolCalls: [{ name, args }],
});

/** Returns a turn that calls several tools, each with its call id. */
export const calls = (...idsAndNames: (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: idsAndNames.map(([id, name]) => ({ id, name, args: {} })),
});

/** Returns the RunError that a run rejects with. */
export async function runError(promise: Promise<unknown>): Promise<RunError & { readonly cause: LlmError }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!RunError.is(error) || !LlmError.is(error.cause))
    throw new Error(`expected a RunError, got ${String(error)}`);
  return error as RunError & { readonly cause: LlmError };
}

export async function read(stream: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Returns why a transcript is invalid. Each call needs one result, directly after its turn and in call order. */
export function faultOf(messages: readonly Message[]): string | undefined {
  for (const [at, message] of messages.entries()) {
    const callIds =
      message.role === 'assistant'
        ? message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
        : [];
    const next = messages[at + 1];
    const resultIds = next?.role === 'tool' ? next.parts.map(({ callId }) => callId) : [];
    if (JSON.stringify(callIds) !== JSON.stringify(resultIds))
      return `message ${at}: calls ${callIds.join()}, results ${resultIds.join()}`;
    if (message.role === 'assistant' && message.parts.length === 0) return `message ${at}: no parts`;
  }
  return undefined;
}

/** Returns the texts of the results in a transcript; an error starts with `!`. */
export const resultTexts = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role !== 'tool'
      ? []
      : message.parts.map(
          ({ content, isError }) =>
            `${isError === true ? '!' : ''}${content.map((part) => (part.type === 'text' ? part.text : part.type)).join()}`,
        ),
  );
