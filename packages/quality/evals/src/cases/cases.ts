import { LlmError, messageOf, type JsonValue, type Message } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { fileError, readLines, type Line } from '../util/files.ts';
import { digest, isJson } from '../util/json.ts';
import { configError } from '../definition/options.ts';
import { answerIn } from '../definition/output.ts';
import type { Case, EvalDefinition, RecordedOutput } from '../definition/types.ts';

/** Case with its id. */
export type NamedCase<Input = unknown, Expected = unknown> = Case<Input, Expected> & { readonly id: string };

/**
 * Reads cases from a file with one JSON object per line. Empty lines are skipped. Iterating rejects with `config` for a line that
 * is not a case. The error message contains the file and the line number.
 */
export const readCases = <Input = JsonValue, Expected = JsonValue>(
  file: string,
): AsyncIterable<Case<Input, Expected>> => ({
  async *[Symbol.asyncIterator]() {
    for (const { value, place } of await linesOf(file)) {
      if (!isRecord(value) || !('input' in value))
        throw fileError(place, 'the line must be a JSON object with the member `input`');
      yield value as unknown as Case<Input, Expected>;
    }
  },
});

/**
 * Creates a case with the same id from each stored trajectory. `input` is the transcript up to and including the last user
 * message. `expected` is the last text and all tool calls after that message. Skips an incomplete line at the end of a file.
 * Iterating rejects with `config` for any other line that is not a trajectory.
 *
 * @param files paths of files that `@majordomo/trajectory` wrote
 */
export const casesFromTrajectories = (
  files: string | readonly string[],
): AsyncIterable<Case<readonly Message[], RecordedOutput>> => ({
  async *[Symbol.asyncIterator]() {
    const { parseTrajectory } = await import('@majordomo/trajectory');
    for (const file of [files].flat())
      for (const line of await linesOf(file, true))
        try {
          const { id, messages } = parseTrajectory(line.text);
          const end = messages.findLastIndex(({ role }) => role === 'user') + 1;
          const { text, toolCalls } = answerIn(messages.slice(end));
          const calls = toolCalls.map(({ name, args }) => ({ name, args }));
          yield { id, input: messages.slice(0, end), expected: { text, toolCalls: calls } };
        } catch (error) {
          throw fileError(line.place, `the line cannot be read: ${messageOf(error)}`);
        }
  },
});

/** Returns the lines of a file. Omits a truncated last line if `skipsEnd` is true. */
async function linesOf(file: string, skipsEnd = false): Promise<readonly Line[]> {
  const lines = await readLines(file);
  if (lines === undefined) throw fileError(file, 'the file does not exist; check the path');
  return skipsEnd && lines.at(-1)?.value === undefined ? lines.slice(0, -1) : lines;
}

/**
 * Returns the cases that `only` selects, or all cases without `only`, sorted by id. Adds missing ids. Throws `config` for an
 * invalid case, a duplicate id, no cases, an empty `only`, and an element of `only` that selects no case.
 */
export async function loadCases<Input, Expected>(
  name: string,
  cases: EvalDefinition<Input, Expected>['cases'],
  only: readonly string[] | undefined,
): Promise<readonly NamedCase<Input, Expected>[]> {
  const caseError = (problem: string): Error => configError(name, 'cases', problem);
  const named = new Map<string, NamedCase<Input, Expected>>();
  const add = (one: Case<Input, Expected>): void => {
    // `true` permits bytes, which the messages of an input may contain.
    if (!isRecord(one) || !isJson(one.input, true)) throw caseError('must be objects with JSON in `input`');
    const { id = digest(one.input, 12), tags = [] } = one;
    if (typeof id !== 'string' || id.length < 1 || id.length > 200)
      throw caseError('must have string ids of 1 to 200 characters');
    if (!Array.isArray(tags))
      throw caseError(`has the case ${JSON.stringify(id)}, whose tags must be an array of strings`);
    if (named.has(id)) throw caseError(`has two cases with the id ${JSON.stringify(id)}; set unique ids`);
    named.set(id, { ...one, id });
  };
  try {
    for await (const one of cases) add(one);
  } catch (error) {
    throw LlmError.is(error) ? error : caseError(`cannot be read: ${messageOf(error)}`);
  }
  if (named.size === 0) throw caseError('must contain at least one case');
  const all = [...named.values()].sort((a, b) => compareText(a.id, b.id));
  if (only === undefined) return all;
  const labels = all.map(({ id, tags = [] }) => [id, ...tags]);
  const unknown = only.find((label) => !labels.flat().includes(label));
  if (only.length === 0) throw configError(name, 'only', 'must not be empty; omit it to run all cases');
  if (unknown !== undefined)
    throw configError(name, 'only', `has ${JSON.stringify(unknown)}, which is not an id or tag of a case`);
  return all.filter((_, at) => only.some((label) => labels[at]?.includes(label)));
}

/** Compares strings by code units, independent of the locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
