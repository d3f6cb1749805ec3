import type { CodeExecutionTool20260120, Tool } from '@anthropic-ai/sdk/resources/messages';
import type {
  AssistantMessage,
  AssistantPart,
  ModelRequest,
  ModelTool,
  ResultPart,
  TurnMessage,
  Warning,
} from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import { isForPrograms } from '@majordomo/wire-kit';
import { replayedCaller, vendorBlock } from './vendor-parts.ts';

/** Tool that runs programs. Its interpreter keeps the program while calls of the program wait for results (SDK 1.10). */
const PROGRAM_TOOL: CodeExecutionTool20260120 = { type: 'code_execution_20260120', name: 'code_execution' };

/** Tool of the application, or the tool that runs programs. */
export type WireTool = Tool | CodeExecutionTool20260120;

/** Tool of the vendor that runs the programs of a request. */
export interface ProgramTool {
  /** Type of the tool, which is also the name of the caller in `allowed_callers`. */
  readonly type: string;
  /** Definition to add to the request; `undefined` if `extra` has one. */
  readonly added: CodeExecutionTool20260120 | undefined;
}

/** Returns the tool that runs programs; `undefined` if no tool of the request has a program as its caller. */
export function programTool({ tools, extra }: ModelRequest): ProgramTool | undefined {
  if (!tools.some(isForPrograms)) return undefined;
  const types = asList(extra['tools']).map((tool) => asText(asRecord(tool)['type']) ?? '');
  // The first version of the tool cannot call other tools.
  const own = types.find((type) => /^code_execution_(?!20250522)\d{8}$/.test(type));
  return own === undefined
    ? { type: PROGRAM_TOOL.type, added: { ...PROGRAM_TOOL } }
    : { type: own, added: undefined };
}

/**
 * Returns a tool with the property `allowed_callers`, if programs may call it. Its schema is not enforced, because the API does not
 * accept `strict` for such a tool (programmatic tool calling, platform.claude.com, 2026-11).
 */
export function withAllowedCallers(tool: ModelTool, programs: ProgramTool | undefined): ModelTool {
  if (programs === undefined || !isForPrograms(tool)) return tool;
  const callers = [...(tool.callers?.includes('model') === true ? ['direct'] : []), programs.type];
  return { ...tool, strict: false, extra: { allowed_callers: callers, ...tool.extra } };
}

/** Returns the id of the program that made a call; `undefined` if the model made it. */
export const programIdOf = (caller: unknown): string | undefined => asText(asRecord(caller)['tool_id']);

/** Whether the last turn of the model has calls of a program, so that the program waits for the results of this request. */
export function programWaits({ messages }: ModelRequest): boolean {
  const turn = messages.findLast(({ role }) => role === 'assistant');
  const parts = turn?.role === 'assistant' ? turn.parts : [];
  return parts.some(
    ({ type, replay }) => type === 'tool-call' && asRecord(replay?.data)['caller'] !== undefined,
  );
}

/** Returns the id of the program that made a call, if the request can contain the caller. */
function callerId(part: AssistantPart, family: string): string | undefined {
  if (part.type !== 'tool-call') return undefined;
  return programIdOf(asRecord(replayedCaller(part, family))['caller']);
}

/**
 * Returns the messages without the programs that cannot continue: a message of the user follows their calls, they ended without an
 * output, or the transcript lacks their code. The API rejects such programs. Their calls are sent as calls of the model. Results of
 * the other programs contain only what a `tool_result` may contain, because the API accepts no further block after them.
 */
export function settlePrograms(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): readonly TurnMessage[] {
  const programs = programsIn(messages, family);
  if (programs.size === 0) return messages;
  const dropped = new Set([...programs].filter(([, program]) => !isValid(program)).map(([id]) => id));
  if (dropped.size > 0) {
    const why =
      'a program must have its output, or wait for results without other messages; its calls remain';
    warnings.push({ action: 'dropped', what: 'programs that cannot continue', why });
  }
  let callIds: ReadonlySet<string> = new Set();
  return messages.map((message) => {
    if (message.role === 'tool') {
      return callIds.size === 0 ? message : withTextErrors(message, callIds, warnings);
    }
    if (message.role !== 'assistant') return message;
    const calls = message.parts.filter((part) => {
      const id = callerId(part, family);
      return id !== undefined && !dropped.has(id);
    });
    callIds = new Set(calls.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
    return dropped.size === 0 ? message : withoutProgramsOf(message, dropped, family);
  });
}

interface Program {
  hasCode: boolean;
  hasOutput: boolean;
  /** Whether the last turn of the model has a call of the program. */
  waits: boolean;
  /** Whether a message of the user follows a call of the program. */
  isInterrupted: boolean;
}

const isValid = ({ hasCode, hasOutput, waits, isInterrupted }: Program): boolean =>
  hasCode && (hasOutput || waits) && !isInterrupted;

/** Returns the programs that made a call, by id. */
function programsIn(messages: readonly TurnMessage[], family: string): ReadonlyMap<string, Program> {
  const programs = new Map<string, Program>();
  const codeIds = new Set<string>();
  /** Programs that the last turn calls. */
  let called: Program[] = [];
  for (const message of messages) {
    if (message.role === 'user') for (const program of called) program.isInterrupted = true;
    if (message.role !== 'assistant') continue;
    for (const program of called) program.waits = false;
    called = [];
    for (const part of message.parts) {
      const { code, output } = programBlock(part, family);
      if (code !== undefined) codeIds.add(code);
      const ended = programs.get(output ?? '');
      if (ended !== undefined) ended.hasOutput = true;
      const id = callerId(part, family);
      if (id === undefined) continue;
      const hasCode = codeIds.has(id);
      const program = programs.get(id) ?? { hasCode, hasOutput: false, waits: true, isInterrupted: false };
      program.waits = true;
      programs.set(id, program);
      called.push(program);
    }
  }
  return programs;
}

/** Returns the id of the program whose code or output a vendor part contains. */
function programBlock(
  part: AssistantPart,
  family: string,
): { readonly code?: string | undefined; readonly output?: string | undefined } {
  if (part.type !== 'vendor') return {};
  const { type, id, tool_use_id: outputOf } = asRecord(vendorBlock(part.replay, family));
  return type === 'server_tool_use' ? { code: asText(id) } : { output: asText(outputOf) };
}

function withoutProgramsOf(
  message: AssistantMessage,
  dropped: ReadonlySet<string>,
  family: string,
): AssistantMessage {
  const isDropped = (id: string | undefined): boolean => id !== undefined && dropped.has(id);
  const parts = message.parts.flatMap((part): readonly AssistantPart[] => {
    const { code, output } = programBlock(part, family);
    if (isDropped(code) || isDropped(output)) return [];
    if (part.type !== 'tool-call' || !isDropped(callerId(part, family))) return [part];
    const { replay: _replay, programId: _program, ...call } = part;
    return [call];
  });
  return parts.every((part, at) => part === message.parts[at]) && parts.length === message.parts.length
    ? message
    : { ...message, parts };
}

/** Removes media from the failed results of a program. Such media would follow the results as separate blocks. */
function withTextErrors(
  message: Extract<TurnMessage, { role: 'tool' }>,
  callIds: ReadonlySet<string>,
  warnings: Warning[],
): TurnMessage {
  const hasLoose = (part: ResultPart): boolean =>
    part.isError === true && callIds.has(part.callId) && part.content.some(({ type }) => type !== 'text');
  if (!message.parts.some(hasLoose)) return message;
  const why = 'a failed result of a program may contain only text';
  warnings.push({ action: 'dropped', what: 'media of failed results', why });
  const parts = message.parts.map((part): ResultPart =>
    hasLoose(part) ? { ...part, content: part.content.filter(({ type }) => type === 'text') } : part,
  );
  return { ...message, parts };
}
