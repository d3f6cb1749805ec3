import { createMajordomo, LlmError, type MajordomoOptions, type Message } from '@majordomo/core';
import { fakeProvider, type FakeCall, type Turn } from '@majordomo/testing';
import { createAgent, RunError, type Agent, type AgentEvent, type AgentOptions } from '../../src/index.ts';
import { asAsked } from './on-journal.ts';

export interface World {
  readonly agent: Agent;
  readonly requests: readonly FakeCall[];
}

/** An agent over one fake model that plays these turns. */
export function world(
  turns: readonly Turn[],
  options: Partial<AgentOptions> = {},
  home: Partial<MajordomoOptions> = {},
): World {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 }, ...home }).model('f/m');
  return { agent: asAsked(createAgent({ model, ...options })), requests: fake.requests };
}

/** A turn that calls a tool. */
export const call = (
  name: string,
  args: Record<string, string | number | boolean> = {},
  text?: string,
): Turn => ({
  text,
  toolCalls: [{ name, args }],
});

/** A turn that calls several tools, by id. */
export const calls = (...made: (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: made.map(([id, name]) => ({ id, name, args: {} })),
});

/** The RunError that a run rejects with. */
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

/** Why a transcript is none: every call needs one result, right behind its turn and in call order. */
export function faultOf(messages: readonly Message[]): string | undefined {
  for (const [at, message] of messages.entries()) {
    const made =
      message.role === 'assistant'
        ? message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
        : [];
    const next = messages[at + 1];
    const given = next?.role === 'tool' ? next.parts.map(({ callId }) => callId) : [];
    if (JSON.stringify(made) !== JSON.stringify(given))
      return `message ${at}: calls ${made.join()}, results ${given.join()}`;
    if (message.role === 'assistant' && message.parts.length === 0) return `message ${at}: no parts`;
  }
  return undefined;
}

/** The texts of the results in a transcript, errors with a `!` before. */
export const resultTexts = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role !== 'tool'
      ? []
      : message.parts.map(
          ({ content, isError }) =>
            `${isError === true ? '!' : ''}${content.map((part) => (part.type === 'text' ? part.text : part.type)).join()}`,
        ),
  );
