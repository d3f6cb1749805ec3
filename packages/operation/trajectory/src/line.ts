import { fromJson, LlmError, toJson } from '@majordomo/core';
import type { Trajectory } from './trajectory.ts';

/** Returns a trajectory as one line of JSON without the line break. Bytes become base64. Throws if a value has no JSON form. */
export const toLine = (trajectory: Trajectory): string => JSON.stringify(toJson(trajectory));

/** Parses a line that `toLine` returned. Throws `invalid-request` if the line is not a trajectory of a known version. */
export function parseTrajectory(line: string): Trajectory {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('version' in value)) throw invalidLine('no version');
  if (value.version !== 1) throw invalidLine(`expected version 1, got ${JSON.stringify(value.version)}`);
  const lacking = MEMBERS.find(([name, isRight]) => !isRight(Reflect.get(value, name)));
  if (lacking !== undefined) throw invalidLine(`"${lacking[0]}" is missing or has the wrong type`);
  // These members always exist in a trajectory, but JSON omits a member that is `undefined`.
  const { system, usage, ...rest } = fromJson<Trajectory>(value);
  return { ...rest, system, usage };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new LlmError('invalid-request', 'a line of a trajectory file is not JSON', {}, { cause });
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const MEMBERS: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['id', isText],
  ['at', isText],
  ['spec', isText],
  ['targets', Array.isArray],
  ['system', isOptionalText],
  ['tools', Array.isArray],
  ['messages', areMessages],
  ['outcome', isText],
  ['metadata', isObject],
];

function areMessages(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (message: unknown) =>
        typeof message === 'object' &&
        message !== null &&
        'role' in message &&
        'parts' in message &&
        Array.isArray(message.parts),
    )
  );
}

const invalidLine = (why: string): LlmError =>
  new LlmError('invalid-request', `a line of a trajectory file is not a trajectory: ${why}`);
