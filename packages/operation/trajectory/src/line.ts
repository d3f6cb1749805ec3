import { fromJson, LlmError, toJson } from '@majordomo/core';
import { anyObject, anything, list, open, problemIn, text } from '@majordomo/core/toolkit';
import type { Trajectory } from './trajectory.ts';

/** Returns a trajectory as one line of JSON without the line break. Bytes become base64. Throws if a value has no JSON form. */
export const toLine = (trajectory: Trajectory): string => JSON.stringify(toJson(trajectory));

/** Parses a line that `toLine` returned. Throws `invalid-request` if the line is not a trajectory of a known version. */
export function parseTrajectory(line: string): Trajectory {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('version' in value)) throw invalidLine('no version');
  if (value.version !== 1) throw invalidLine(`expected version 1, got ${JSON.stringify(value.version)}`);
  const problem = problemIn(members, value);
  if (problem !== undefined) throw invalidLine(problem);
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

const message = open({ role: anything, parts: list(anything) });
/** Checks of the members of a trajectory. Other members are ignored. */
const members = open(
  {
    id: text,
    at: text,
    spec: text,
    targets: list(anything),
    tools: list(anything),
    messages: list(message),
    outcome: text,
    metadata: anyObject,
  },
  { system: text },
);

const invalidLine = (why: string): LlmError =>
  new LlmError('invalid-request', `a line of a trajectory file is not a trajectory: ${why}`);
