import type { ModelTool } from '@majordomo/core';
import { sanitizeToolName } from '@majordomo/wire-kit';

/** Names of functions that these wires accept. */
const VALID_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_LENGTH = 64;

/** Names of tools in a transcript in a form that the wire accepts. */
export interface ToolNames {
  readonly nameOf: (name: string) => string;
  /** Identifies this set of names in a cache. */
  readonly key: string;
}

/**
 * Returns the names of tools for a transcript. A model may have called a tool by an invented name (`$READFILE`,
 * `exec.command<|channel|>`). Such a turn stays in the transcript with an error as its result, but no vendor accepts the
 * name, so it is changed; calls and results are matched by id. Declared tools keep their names, because a server that
 * accepts a name in `tools` also accepts it in the transcript.
 */
export function toolNames(tools: readonly ModelTool[]): ToolNames {
  const unusual = tools.filter(({ name }) => !VALID_NAME.test(name)).map(({ name }) => name);
  return {
    nameOf: (name) =>
      VALID_NAME.test(name) || unusual.includes(name) ? name : sanitizeToolName(name, MAX_LENGTH),
    key: unusual.join(' '),
  };
}
