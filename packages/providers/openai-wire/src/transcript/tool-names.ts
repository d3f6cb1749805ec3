import type { ModelTool } from '@majordomo/core';
import { sanitizeToolName } from '@majordomo/wire-kit';

/** Function names that OpenAI accepts. */
const VALID_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_LENGTH = 64;

/** Conversion of tool names in a transcript to names that servers accept. */
export interface ToolNames {
  readonly nameOf: (name: string) => string;
  /** Cache key of this conversion. */
  readonly key: string;
}

/**
 * Returns the conversion of tool names for a transcript. A model may have called a tool by an invented name (`$READFILE`,
 * `exec.command<|channel|>`). The transcript contains this call with an error as its result, but vendors reject its name. The
 * name can be changed, because calls and results are matched by id. Names of declared tools stay unchanged, because a server that
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
