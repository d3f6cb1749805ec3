import type { RunResult } from '@majordomo/agent';
import type { ChatResponse, Message, ToolCallPart } from '@majordomo/core';
import { asToolCall, isRecord } from '@majordomo/core/toolkit';
import type { Trajectory } from '@majordomo/trajectory';
import { isJson } from '../util/json.ts';
import { configError } from './options.ts';
import type { Output } from './types.ts';

/** Members of an output that come from the subject's result. */
export type ReadResult = Pick<Output, 'text' | 'value' | 'messages' | 'toolCalls'>;

export const NO_OUTPUT: ReadResult = { text: '', value: undefined, messages: [], toolCalls: [] };

/** Reads a subject's result. Throws `config` for a value that is not JSON. */
export function readResult(name: string, result: unknown, input: unknown): ReadResult {
  if (isResponse(result)) {
    const { text, message } = result;
    const value = 'value' in result ? result.value : undefined;
    return { text, value, messages: [message], toolCalls: toolCallsOf(message) };
  }
  if (isRun(result) || isTrajectory(result)) {
    const { messages } = result;
    // An input that is itself a list of messages is the beginning of the transcript.
    const answer = answerIn(Array.isArray(input) ? messages.slice(input.length) : messages);
    return { ...NO_OUTPUT, messages, ...answer, ...('text' in result && { text: result.text }) };
  }
  if (typeof result === 'string') return { ...NO_OUTPUT, text: result };
  if (!isJson(result))
    throw configError(name, 'subject', 'must return text, JSON, a response, a run or a trajectory');
  return { ...NO_OUTPUT, text: JSON.stringify(result), value: result };
}

/** Returns the text of the last assistant message, and the tool calls of all assistant messages. */
export function answerIn(messages: readonly Message[]): Pick<Output, 'text' | 'toolCalls'> {
  const answers = messages.filter(({ role }) => role === 'assistant');
  return { text: textOf(answers.at(-1)), toolCalls: answers.flatMap(toolCallsOf) };
}

/** Returns the joined text parts of a message, or `''` without a message. */
export const textOf = (message: Message | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');

/** Returns the tool calls of a message. A call that waits for the client has the name `vendor:<kind>`. */
export const toolCallsOf = ({ parts }: Message): readonly ToolCallPart[] =>
  parts.flatMap((part) =>
    part.type === 'tool-call' || part.type === 'vendor-call' ? [asToolCall(part)] : [],
  );

/** Whether a value is a model's response. */
export const isResponse = (value: unknown): value is ChatResponse =>
  isRecord(value) && isRecord(value['message']) && Array.isArray(value['attempts']) && 'target' in value;

const isRun = (value: unknown): value is RunResult =>
  isRecord(value) && isRecord(value['state']) && Array.isArray(value['messages']) && 'awaiting' in value;

const isTrajectory = (value: unknown): value is Trajectory =>
  isRecord(value) && value['version'] === 1 && Array.isArray(value['messages']) && 'outcome' in value;
