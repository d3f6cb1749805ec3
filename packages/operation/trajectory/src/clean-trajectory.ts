import { fromJson, toJson } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { toLine } from './line.ts';
import { toShareGpt } from './sharegpt.ts';
import type { Trajectory } from './trajectory.ts';

/** Format of the lines in a trajectory file. */
export type LineFormat = 'majordomo' | 'sharegpt';

/** Line without secrets, or a line that may contain secrets, with the reasons. */
export type CleanedLine =
  | { readonly line: string }
  | { readonly suspect: string; readonly reasons: readonly string[] };

/** Redacts a trajectory and searches the result for secrets. Throws an error for values that have no JSON form. */
export function cleanTrajectory(trajectory: Trajectory, format: LineFormat, redactor: Redactor): CleanedLine {
  const unredacted = toLine(trajectory);
  try {
    // Convert class instances to plain objects through JSON, because the redactor does not search them. Bytes are not searched.
    const cleaned = redactor.value(fromJson<Trajectory>(JSON.parse(unredacted)));
    const output = format === 'sharegpt' ? toShareGpt(cleaned) : cleaned;
    const line = JSON.stringify(format === 'sharegpt' ? output : toJson(output));
    const reasons = [...new Set(redactor.find(textsOf(output).join('\n')).map(({ rule }) => rule))];
    return reasons.length === 0 ? { line } : { suspect: line, reasons };
  } catch {
    return { suspect: unredacted, reasons: ['the redactor failed'] };
  }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Array.isArray(value)
    ? value.flatMap(textsOf)
    : Object.entries(value).flatMap(([name, member]) => [name, ...textsOf(member)]);
}
