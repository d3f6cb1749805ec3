import type { CodeExecutionTool20260120, Tool } from '@anthropic-ai/sdk/resources/messages';
import { isRecursive } from '@majordomo/claude';
import type {
  AssistantPart,
  ModelRequest,
  ModelTool,
  ResultPart,
  TurnMessage,
  Warning,
} from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import { isForPrograms, type ProgramIds } from '@majordomo/wire-kit/internal';
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

/** Whether the API rejects the schema of a tool of programs ("Circular $ref detected"; platform.claude.com, 2026-11). */
const hasRecursiveSchema = ({ parameters }: ModelTool): boolean => isRecursive(parameters);

const isCallable = (tool: ModelTool): boolean => isForPrograms(tool) && !hasRecursiveSchema(tool);

const callersWarning = (tools: readonly ModelTool[], why: string): Warning => ({
  action: 'coerced',
  what: `callers of ${tools.map(({ name }) => name).join(', ')}`,
  why: `${why}; the model calls the tools itself`,
});

/**
 * Returns the tool that runs programs; `undefined` if programs can call no tool of the request, or if the request has another tool
 * with the same name, because names must be unique. The model then calls the tools itself.
 */
export function programTool(
  { tools, extra }: ModelRequest,
  warnings: Warning[] = [],
): ProgramTool | undefined {
  const rejected = tools.filter((tool) => isForPrograms(tool) && hasRecursiveSchema(tool));
  if (rejected.length > 0)
    warnings.push(callersWarning(rejected, 'a program cannot call a tool with a recursive schema'));
  const callable = tools.filter(isCallable);
  if (callable.length === 0) return undefined;
  const own = typesOf(extra).find((type) => RUNS_PROGRAMS.test(type));
  if (own !== undefined) return { type: own, added: undefined };
  const others = [...tools, ...asList(extra['tools'])];
  // The tool is copied, because `markCache` may add `cache_control` to it.
  if (others.every((tool) => asRecord(tool)['name'] !== PROGRAM_TOOL.name))
    return { type: PROGRAM_TOOL.type, added: { ...PROGRAM_TOOL } };
  warnings.push(callersWarning(callable, `the request has another tool "${PROGRAM_TOOL.name}"`));
  return undefined;
}

/** Whether the request contains a tool that runs programs. */
export const runsPrograms = (request: ModelRequest): boolean =>
  programTool(request) !== undefined || typesOf(request.extra).some((type) => RUNS_PROGRAMS.test(type));

const typesOf = (extra: ModelRequest['extra']): readonly string[] =>
  asList(extra['tools']).map((tool) => asText(asRecord(tool)['type']) ?? '');

/** Types of the tools that run programs. The first version of the tool cannot call other tools. */
const RUNS_PROGRAMS = /^code_execution_(?!20250522)\d{8}$/;

/**
 * Returns a tool with the property `allowed_callers`, if programs may call it. Its schema is not enforced, because the API does not
 * accept `strict` for such a tool (programmatic tool calling, platform.claude.com, 2026-11).
 */
export function withAllowedCallers(tool: ModelTool, programs: ProgramTool | undefined): ModelTool {
  if (programs === undefined || !isCallable(tool)) return tool;
  const callers = [...(tool.callers?.includes('model') === true ? ['direct'] : []), programs.type];
  return { ...tool, strict: false, extra: { allowed_callers: callers, ...tool.extra } };
}

/** Returns the id of the program that made a call; `undefined` if the model made it. */
export const programIdOf = (caller: unknown): string | undefined => asText(asRecord(caller)['tool_id']);

/** Whether the last turn of the model has calls of a program, whose tokens alone have `caller`, so that the program waits for the results of this request. */
export function programWaits({ messages }: ModelRequest): boolean {
  if (messages.at(-1)?.role === 'user') return false;
  const turn = messages.findLast(({ role }) => role === 'assistant');
  const parts = turn?.role === 'assistant' ? turn.parts : [];
  return parts.some(
    ({ type, replay }) => type === 'tool-call' && asRecord(replay?.data)['caller'] !== undefined,
  );
}

/**
 * Returns the programs to which a part belongs. Only the code of `code_execution` needs an output in a later turn, so other tools of
 * the vendor have no program.
 */
export function programIds(part: AssistantPart, family: string): ProgramIds {
  if (part.type === 'tool-call')
    return { caller: programIdOf(asRecord(replayedCaller(part, family))['caller']) };
  if (part.type !== 'vendor') return {};
  const { type, id, name, tool_use_id: outputOf, caller } = asRecord(vendorBlock(part.replay, family));
  return {
    code: type === 'server_tool_use' && name === PROGRAM_TOOL.name ? asText(id) : undefined,
    output: type === 'code_execution_tool_result' ? asText(outputOf) : undefined,
    // A program can also call a tool of the vendor.
    caller: programIdOf(caller),
  };
}

/**
 * Removes media from the failed results in a message that answers a program. Such media would follow the results as separate blocks,
 * and the API accepts only results in this message.
 */
export function withTextErrors(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): readonly TurnMessage[] {
  let answersProgram = false;
  const sent = messages.map((message) => {
    if (message.role === 'assistant')
      answersProgram = message.parts.some((part) => programIds(part, family).caller !== undefined);
    if (message.role !== 'tool' || !answersProgram || !message.parts.some(hasLooseMedia)) return message;
    const parts = message.parts.map((part): ResultPart =>
      hasLooseMedia(part) ? { ...part, content: part.content.filter(({ type }) => type === 'text') } : part,
    );
    return { ...message, parts };
  });
  if (sent.every((message, at) => message === messages[at])) return messages;
  const why = 'a message with the result of a program may contain only text of failed results';
  warnings.push({ action: 'dropped', what: 'media of failed results', why });
  return sent;
}

const hasLooseMedia = ({ isError, content }: ResultPart): boolean =>
  isError === true && content.some(({ type }) => type !== 'text');
