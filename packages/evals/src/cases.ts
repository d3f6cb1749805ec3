import { readFile } from 'node:fs/promises';
import { LlmError, messageOf, type JsonValue, type Message, type ToolCallPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { digest } from './digest.ts';
import { configError } from './options.ts';
import type { Case, Output, RecordedOutput } from './types.ts';

/** Case with its id. */
export type NamedCase<Input = unknown, Expected = unknown> = Case<Input, Expected> & { readonly id: string };

/**
 * Reads cases from a file with one JSON object per line. Empty lines are skipped. Iterating rejects with `config` for a line
 * that is not a case; the message has the file and line number.
 */
export const readCases = <Input = JsonValue, Expected = JsonValue>(
  file: string,
): AsyncIterable<Case<Input, Expected>> => ({ [Symbol.asyncIterator]: () => casesOf<Input, Expected>(file) });

async function* casesOf<Input, Expected>(file: string): AsyncGenerator<Case<Input, Expected>, undefined> {
  for (const { text, place } of await linesOf(file)) {
    const value = parsed(text);
    if (!isRecord(value) || !('input' in value)) throw lineError(place, 'is not a case with an `input`');
    yield value as unknown as Case<Input, Expected>;
  }
  return undefined;
}

/**
 * Creates a case from each stored trajectory: `input` is the transcript up to and including the last user message, `expected` is
 * the messages after it, `id` is the trajectory's id. Skips an incomplete line at the end of a file. Iterating rejects with
 * `config`, file and line number for any other line that is not a trajectory.
 *
 * @param files lines that `@majordomo/trajectory` wrote
 */
export const casesFromTrajectories = (files: string | readonly string[]): AsyncIterable<TrajectoryCase> => ({
  [Symbol.asyncIterator]: () => trajectoryCases(files),
});

type TrajectoryCase = Case<readonly Message[], RecordedOutput>;

async function* trajectoryCases(
  files: string | readonly string[],
): AsyncGenerator<TrajectoryCase, undefined> {
  const { parseTrajectory } = await import('@majordomo/trajectory');
  for (const file of [files].flat()) {
    const lines = await linesOf(file);
    for (const { text, place } of lines) {
      if (text === lines.at(-1)?.text && parsed(text) === undefined) continue;
      try {
        const { id, messages } = parseTrajectory(text);
        const end = messages.findLastIndex(({ role }) => role === 'user') + 1;
        yield { id, input: messages.slice(0, end), expected: outputOf(messages.slice(end)) };
      } catch (error) {
        throw lineError(place, `is not a trajectory: ${messageOf(error)}`);
      }
    }
  }
  return undefined;
}

function outputOf(messages: readonly Message[]): RecordedOutput {
  const { text, toolCalls } = answerIn(messages);
  return { text, toolCalls: toolCalls.map(({ name, args }) => ({ name, args })) };
}

/** Returns the last text of the assistant and all of its tool calls. */
export function answerIn(messages: readonly Message[]): Pick<Output, 'text' | 'toolCalls'> {
  const answers = messages.filter((message) => message.role === 'assistant');
  return {
    text: textOf(answers.at(-1)),
    toolCalls: answers.flatMap(({ parts }) =>
      parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
    ),
  };
}

/** Returns the text parts of a message. */
export const textOf = (message: Message | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');

/** Line that is not empty. */
interface Line {
  readonly text: string;
  /** File and number of the line. */
  readonly place: string;
}

async function linesOf(file: string): Promise<readonly Line[]> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (!isMissingFile(cause)) throw cause;
    throw new LlmError('config', `${file}: the file does not exist`, { path: file }, { cause });
  });
  const lines = content.split('\n').map((text, at) => ({ text, place: `${file}:${at + 1}` }));
  return lines.filter(({ text }) => text.trim() !== '');
}

/** Whether a file system error means that a file does not exist. */
export const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Returns the JSON value of a line, or `undefined` if the line is not JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const lineError = (place: string, problem: string): LlmError =>
  new LlmError('config', `${place}: the line ${problem}`, { path: place });

/**
 * Returns all cases with ids, in the order of their ids. Throws `config` for an invalid case, a duplicate id, an empty list, and
 * an element of `only` that selects no case.
 */
export async function loadCases<Input, Expected>(
  name: string,
  cases: Iterable<Case<Input, Expected>> | AsyncIterable<Case<Input, Expected>>,
  only: readonly string[] | undefined,
): Promise<readonly NamedCase<Input, Expected>[]> {
  const named = new Map<string, NamedCase<Input, Expected>>();
  for await (const one of cases) {
    const id = one.id ?? digest(one.input, 12);
    if (typeof id !== 'string' || id.length < 1 || id.length > 200)
      throw configError(name, 'cases', 'must have ids of 1 to 200 characters');
    if (named.has(id)) throw configError(name, 'cases', `has two cases with the id ${JSON.stringify(id)}`);
    named.set(id, { ...one, id });
  }
  if (named.size === 0) throw configError(name, 'cases', 'must contain at least one case');
  const all = [...named.values()].sort((a, b) => compareText(a.id, b.id));
  if (only === undefined) return all;
  const matches = (one: NamedCase<Input, Expected>, label: string): boolean =>
    one.id === label || (one.tags ?? []).includes(label);
  for (const label of only)
    if (!all.some((one) => matches(one, label)))
      throw configError(name, 'only', `has ${JSON.stringify(label)}, which is not an id or tag of a case`);
  return all.filter((one) => only.some((label) => matches(one, label)));
}

/** Compares strings by code units, independent of the language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
