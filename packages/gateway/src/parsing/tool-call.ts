import type { Replay, ToolCallPart } from '@majordomo/core';
import { parseArguments } from '@majordomo/core/toolkit';

/** A call of the transcript; arguments that are no JSON object stay what they were. */
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

/** The arguments as a client reads them: as the model wrote them where they are no object. */
export const argumentsText = ({ args, invalid }: ToolCallPart): string =>
  invalid?.raw ?? JSON.stringify(args);
