import type { RunResult } from '@majordomo/agent';
import type { Message } from '@majordomo/core';
import { isPlain, isRecord } from '@majordomo/core/toolkit';
import type { Trajectory } from '@majordomo/trajectory';
import { answerIn } from './cases.ts';
import { configError } from './options.ts';
import { isResponse } from './stored-call.ts';
import type { Output } from './types.ts';

/** Members of an output that come from the result of the subject. */
export type ReadResult = Pick<Output, 'text' | 'value' | 'messages' | 'toolCalls'>;

export const NO_OUTPUT: ReadResult = { text: '', value: undefined, messages: [], toolCalls: [] };

/** Reads the result of a subject. Throws `config` for a value that is not JSON. */
export function readResult(name: string, result: unknown, input: unknown): ReadResult {
  if (isResponse(result)) {
    const { text, message, toolCalls } = result;
    return { text, value: 'value' in result ? result.value : undefined, messages: [message], toolCalls };
  }
  if (isRun(result)) return { ...ofTranscript(result.messages, input), text: result.text };
  if (isTrajectory(result)) return ofTranscript(result.messages, input);
  if (typeof result === 'string') return { ...NO_OUTPUT, text: result };
  if (!isJson(result))
    throw configError(name, 'subject', 'must return text, JSON, a response, a run or a trajectory');
  return { ...NO_OUTPUT, text: JSON.stringify(result), value: result };
}

/** Reads a transcript, without the tool calls of an input that is itself a list of messages. */
function ofTranscript(messages: readonly Message[], input: unknown): ReadResult {
  const added = Array.isArray(input) ? messages.slice(input.length) : messages;
  return { ...NO_OUTPUT, messages, ...answerIn(added) };
}

const isRun = (value: unknown): value is RunResult =>
  isRecord(value) && isRecord(value['state']) && Array.isArray(value['messages']) && 'awaiting' in value;

const isTrajectory = (value: unknown): value is Trajectory =>
  isRecord(value) && value['version'] === 1 && Array.isArray(value['messages']) && 'outcome' in value;

/** Whether a value is JSON. Functions, class instances, NaN and infinite numbers are not. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isPlain(value) && Object.values(value).every((member) => member === undefined || isJson(member));
}
