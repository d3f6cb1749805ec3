import type { AssistantPart, ModelRequest, Warning } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import { isForPrograms, settlePrograms, type ProgramIds } from '@majordomo/wire-kit/internal';

/** Tool that runs programs of the model (`Tool.ProgrammaticToolCalling` of openai 7.55). */
export const PROGRAM_TOOL = { type: 'programmatic_tool_calling' } as const;

/** Whether a list of tools contains the tool that runs programs. */
export const hasProgramTool = (tools: unknown): boolean =>
  asList(tools).some((tool) => asRecord(tool)['type'] === PROGRAM_TOOL.type);

/**
 * Returns the messages without the programs that cannot continue. A waiting program needs its tool. A message of the user may follow
 * the results of a program, because programs have no state at the vendor.
 */
export function sendablePrograms(
  { messages, tools, extra }: ModelRequest,
  family: string | undefined,
  warnings: Warning[],
): ModelRequest['messages'] {
  const hasTool = tools.some(isForPrograms) || hasProgramTool(extra['tools']);
  const settled = settlePrograms(messages, {
    idsOf: (part) => programIds(part, family),
    // A program that waits for calls and one without calls both need only the tool.
    canContinue: hasTool,
    canResume: hasTool,
    mayBeInterrupted: true,
  });
  warnings.push(...settled.warnings);
  return settled.messages;
}

function programIds({ replay }: AssistantPart, family: string | undefined): ProgramIds {
  if (replay === undefined || replay.family !== family) return {};
  const data = asRecord(replay.data);
  const item = asRecord(data['item']);
  const { type, call_id: id } = item;
  return {
    code: type === 'program' ? asText(id) : undefined,
    output: type === 'program_output' ? asText(id) : undefined,
    // The replay data of a call has the caller, and that of a vendor part has its complete item.
    caller: asText(asRecord(data['caller'] ?? item['caller'])['caller_id']),
  };
}
