import { createMajordomo, type ChatModel, type Message } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeCall, type FakeClock, type Turn } from '@majordomo/testing';
import {
  createCompactor,
  type CompactionEvent,
  type Compactor,
  type CompactorOptions,
} from '../../src/index.ts';

/** Creates a model with a fixed answer, and records its requests. */
export function scripted(answer: Answer, calls = 100): Scripted {
  const turn: Turn = typeof answer === 'function' ? turnFor(answer) : answer;
  const fake = fakeProvider({ id: 'cheap', models: { m: Array.from({ length: calls }, () => turn) } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('cheap/m');
  return {
    model,
    requests: fake.requests,
    prompts: (): readonly string[] => fake.requests.map(({ request }) => textsOf(request.messages)),
  };
}

/** Converts a function of the prompt to a function of the request. */
const turnFor =
  (answer: (prompt: string) => Turn): Turn =>
  ({ messages }) =>
    answer(textsOf(messages));

/** Turn, or function that returns the turn for a prompt. */
type Answer = string | Exclude<Turn, (...args: never) => unknown> | ((prompt: string) => Turn);

interface Scripted {
  readonly model: ChatModel;
  readonly requests: readonly FakeCall[];
  readonly prompts: () => readonly string[];
}

export interface CompactorSetup {
  readonly compactor: Compactor;
  readonly model: ChatModel;
  readonly clock: FakeClock;
  readonly events: readonly CompactionEvent[];
  readonly requests: readonly FakeCall[];
  readonly prompts: () => readonly string[];
}

/** Creates a compactor whose summarizer returns this answer. */
export function setUpCompactor(
  answer: Answer = 'SUMMARY',
  options: Partial<CompactorOptions> = {},
): CompactorSetup {
  const { model, requests, prompts } = scripted(answer);
  const clock = fakeClock();
  const events: CompactionEvent[] = [];
  const compactor = createCompactor({
    summarizer: model,
    contextTokens: 4000,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { compactor, model, clock, events, requests, prompts };
}

/** Returns all text of messages. */
export const textsOf = (messages: readonly Message[]): string =>
  messages
    .flatMap(({ parts }) => parts as readonly object[])
    .map((part) => ('text' in part ? String(part.text) : JSON.stringify(part)))
    .join('\n');
