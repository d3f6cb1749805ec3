import type { RunResult } from '@majordomo/agent';
import type { ChatResponse, Message, ToolCallPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { Trajectory } from '@majordomo/trajectory';
import { textOf } from './cases.ts';
import { configError, isJson } from './options.ts';
import { isResponse } from './stored-call.ts';
import type { Output } from './types.ts';

/** Members of an output that come from the result of the subject. */
export type ReadResult = Pick<Output, 'text' | 'value' | 'messages' | 'toolCalls'>;

/** Reads the result of a subject. Throws `config` for a value that is not JSON. */
export function readResult(name: string, result: unknown, input: unknown): ReadResult {
  if (isResponse(result)) return ofResponse(result);
  if (isRun(result)) return { ...transcript(result.messages, input), text: result.text };
  if (isTrajectory(result)) return transcript(result.messages, input);
  if (typeof result === 'string') return { text: result, value: undefined, messages: [], toolCalls: [] };
  if (result === undefined || !isJson(result))
    throw configError(name, 'subject', 'must return text, JSON, a response, a run or a trajectory');
  return { text: JSON.stringify(result), value: result, messages: [], toolCalls: [] };
}

const ofResponse = (response: ChatResponse): ReadResult => ({
  text: response.text,
  value: 'value' in response ? response.value : undefined,
  messages: [response.message],
  toolCalls: response.toolCalls,
});

/** Reads a transcript, without the tool calls of an input that is itself a list of messages. */
function transcript(messages: readonly Message[], input: unknown): ReadResult {
  const added = Array.isArray(input) ? messages.slice(input.length) : messages;
  const answers = added.filter((message) => message.role === 'assistant');
  return {
    text: textOf(answers.at(-1)),
    value: undefined,
    messages,
    toolCalls: answers.flatMap(({ parts }) =>
      parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
    ),
  };
}

const isRun = (value: unknown): value is RunResult =>
  isRecord(value) && isRecord(value['state']) && Array.isArray(value['messages']) && 'awaiting' in value;

const isTrajectory = (value: unknown): value is Trajectory =>
  isRecord(value) && value['version'] === 1 && Array.isArray(value['messages']) && 'outcome' in value;
