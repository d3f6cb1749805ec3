import type { Replay, ToolCallPart } from '@majordomo/core';
import { parseArguments } from '@majordomo/core/toolkit';

/** Converts a tool call. If the arguments are not a JSON object, the member `invalid` contains them as the client sent them. */
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

/** Returns the arguments as JSON, or the text of the model if the arguments are not an object. */
export const argumentsText = ({ args, invalid }: ToolCallPart): string =>
  invalid?.raw ?? JSON.stringify(args);
