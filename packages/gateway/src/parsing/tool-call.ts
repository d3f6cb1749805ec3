import type { Replay, ToolCallPart } from '@majordomo/core';
import { parseArguments } from '@majordomo/core/toolkit';

/** Converts a tool call. Arguments that are not a JSON object are left unchanged. */
export function toolCallPart(id: string, name: string, json: string, replay?: Replay): ToolCallPart {
  const { args, invalid } = parseArguments(json);
  return {
    type: 'tool-call',
    id,
    name,
    args,
    ...(invalid === undefined ? {} : { invalid }),
    ...(replay === undefined ? {} : { replay }),
  };
}

/** Returns arguments as JSON, or the model's text if they are not an object. */
export const argumentsText = ({ args, invalid }: ToolCallPart): string =>
  invalid?.raw ?? JSON.stringify(args);
