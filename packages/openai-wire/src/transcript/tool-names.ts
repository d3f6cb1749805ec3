import type { ModelTool } from '@majordomo/core';
import { sanitizeToolName } from '@majordomo/wire-kit';

/** What these wires take as the name of a function. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** The names of tools in a transcript as a wire takes them. */
export interface ToolNames {
  readonly nameOf: (name: string) => string;
  /** Tells one set of names from another. */
  readonly key: string;
}

/**
 * A model may have called a tool by a name that it made up (`$READFILE`, `exec.command<|channel|>`): the turn stays in
 * the transcript with an error for a result, and no vendor takes the name back. It is fitted; calls are paired by id.
 * Declared tools keep their names: whoever took those takes them in the transcript as well.
 */
export function toolNames(tools: readonly ModelTool[]): ToolNames {
  const odd = tools.filter(({ name }) => !NAME.test(name)).map(({ name }) => name);
  return {
    nameOf: (name) => (NAME.test(name) || odd.includes(name) ? name : sanitizeToolName(name, LONGEST)),
    key: odd.join(' '),
  };
}

const LONGEST = 64;
