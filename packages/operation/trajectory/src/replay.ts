import type { AssistantMessage, CallOptions, ChatModel, ChatResponse, Message } from '@majordomo/core';
import { canonicalJson } from '@majordomo/core/toolkit';
import type { Trajectory } from './trajectory.ts';

/** Recorded turn and the model's new response. */
export interface ReplayedTurn {
  /** Number of the turn, starting at 1. */
  readonly turn: number;
  readonly recorded: AssistantMessage;
  readonly response: ChatResponse;
  /** Differences between the tool calls of both responses, or between their texts if neither response has calls. */
  readonly differences: readonly string[];
}

/**
 * Calls a model for each recorded turn, with the transcript before the turn, and yields the result. Tool results come from
 * the recording. No tool is executed. Rejects with the model's error.
 */
export async function* replay(
  { messages, system, tools }: Trajectory,
  model: ChatModel,
  options?: CallOptions,
): AsyncGenerator<ReplayedTurn, void, undefined> {
  let turn = 0;
  for (const [at, recorded] of messages.entries()) {
    if (recorded.role !== 'assistant' || !isModelTurn(messages, at)) continue;
    turn++;
    const before = messages.slice(0, at);
    const specs = tools.map(({ name, description, parameters }) => ({
      name,
      description,
      parameters: { ...parameters },
    }));
    const request = { messages: before, system, ...(specs.length === 0 ? {} : { tools: specs }) };
    const response = await model.generate(request, options);
    yield { turn, recorded, response, differences: differences(recorded, response.message) };
  }
}

/** Whether the model wrote a turn. The application wrote a turn that follows neither the user nor results of tools. */
const isModelTurn = (messages: readonly Message[], at: number): boolean => {
  const before = messages[at - 1]?.role;
  return before === 'user' || before === 'tool';
};

function differences(recorded: AssistantMessage, replayed: AssistantMessage): readonly string[] {
  const before = callsOf(recorded);
  const after = callsOf(replayed);
  if (before.length === 0 && after.length === 0) {
    const texts = [textOf(recorded), textOf(replayed)] as const;
    return texts[0] === texts[1] ? [] : [`said ${quoted(texts[1])} instead of ${quoted(texts[0])}`];
  }
  const missing = missingIn(before, after).map((call) => `did not call ${call}`);
  const added = missingIn(after, before).map((call) => `called ${call}`);
  return [...missing, ...added];
}

const callsOf = ({ parts }: AssistantMessage): readonly string[] =>
  parts.flatMap((part) =>
    part.type === 'tool-call' || part.type === 'vendor-call'
      ? [`${part.name}(${canonicalJson(part.args)})`]
      : [],
  );

function missingIn(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const textOf = ({ parts }: AssistantMessage): string =>
  parts
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('')
    .trim();

const MAX_QUOTED = 200;

const quoted = (text: string): string =>
  JSON.stringify(text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`);
