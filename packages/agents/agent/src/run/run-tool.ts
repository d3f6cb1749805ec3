import {
  checkValue,
  truncateText,
  describeIssues,
  LlmError,
  messageOf,
  sumUsage,
  type JsonObject,
  type JsonValue,
  type ToolCallPart,
  type Usage,
} from '@majordomo/core';
import { isPlain, vendorKindOf, withResultContent } from '@majordomo/core/toolkit';
import { partsOf } from './agent-parts.ts';
import { InnerCalls, PLAIN_HOST, type InnerHost } from './inner-calls.ts';
import { nestingOf } from './nesting.ts';
import { Scope } from './scope.ts';
import type { ToolRun } from './tool-run.ts';
import { recordFailedWork } from '../loop/spending.ts';
import { errorResult, type ToolOutcome } from '../state/state.ts';
import { subAgentOf, waitingRun } from '../tools/sub-agent-tool.ts';
import { suspension, type Tool, type ToolContext } from '../tools/tool.ts';
import { toolContent } from '../tools/tool-content.ts';
import { partOf } from '../tools/tool-output.ts';
import { withConcurrency } from '../tools/tool-limits.ts';
import { VendorToolOutput } from '../tools/vendor-tool.ts';
import { FoundTools } from '../tools/tool-search.ts';

/** Default of `Tool.maxResultChars`. */
const MAX_RESULT_CHARS = 100_000;
/** Maximum length of invalid arguments in the result that quotes them. */
const MAX_RAW_CHARS = 200;

/** Runs a tool call. Returns a failure as an error result for the model. Throws `aborted` if `context.signal` aborts. */
export const runTool = (toolRun: ToolRun): Promise<ToolOutcome> => runCall(toolRun, PLAIN_HOST);

/** Runs a tool call as `runTool` does. `host`: tools, limits and events of calls that the tool makes; `undefined` forbids such calls. */
export async function runCall(toolRun: ToolRun, host: InnerHost | undefined): Promise<ToolOutcome> {
  const { tool, call, names, context } = toolRun;
  // Without a tool of its kind, a vendor's call waits for a decision with its result.
  if (tool === undefined && host !== undefined && vendorKindOf(call.name) !== undefined)
    return suspendedOutcome(call, { payload: call.args });
  if (tool === undefined)
    return errorResult(call, `There is no tool "${call.name}". There are: ${names.join(', ') || 'none'}.`);
  if (call.invalid !== undefined) {
    const raw = truncateText(call.invalid.raw, MAX_RAW_CHARS);
    return errorResult(call, `The arguments are not a JSON object of at most 500 levels: ${raw}`);
  }
  let usage: Usage | undefined;
  const spend = (spent: Usage | undefined): void => {
    usage = sumUsage(usage, spent);
  };
  const { signal } = context;
  const run = (): Promise<ToolOutcome> => runWithinLimits(tool, spend, toolRun, host);
  try {
    const outcome = await withConcurrency(tool, signal, run);
    return usage === undefined ? outcome : { ...outcome, usage };
  } catch (error) {
    recordFailedWork(error, { usage });
    throw error;
  }
}

async function runWithinLimits(
  tool: Tool,
  spend: ToolContext['spend'],
  toolRun: ToolRun,
  host: InnerHost | undefined,
): Promise<ToolOutcome> {
  const { call, clock, isApproved, keepsTextFiles, onError, onOutput } = toolRun;
  const { signal } = toolRun.context;
  const ms = tool.timeoutMs;
  const createError = (): Error => new Error(`the tool did not return within ${ms ?? 0} ms`);
  const scope = new Scope({ signal, ms, clock, createError });
  const context = { ...toolRun.context, signal: scope.signal, spend };
  const inner = new InnerCalls({ tool, call, context, clock, host, runCall });
  const progress = { hasStarted: false };
  try {
    const checked = await scope.race(() => checkValue(tool.parameters, call.args));
    if ('issues' in checked) return errorResult(call, `Invalid arguments: ${describeIssues(checked.issues)}`);
    const args = checked.value as JsonObject;
    // A sub-agent that continues, or that a journal has driven, was checked before it began.
    const { run: waitingState, subAgentResult } = nestingOf(context);
    if (waitingState === undefined && subAgentResult === undefined)
      await scope.race(() =>
        tool.check?.(args, { ...context.options, signal: scope.signal }, { isApproved }),
      );
    const work = () => {
      progress.hasStarted = true;
      return tool.run(args as never, { ...context, call: inner.call });
    };
    // Wait for an aborted sub-agent, because it reports its usage when it ends.
    const isSubAgent = partsOf(subAgentOf(tool)) !== undefined;
    const output: unknown = await (isSubAgent ? Promise.resolve(work()) : scope.race(work));
    const run = waitingRun(output);
    // A waiting outcome has no result, so its members of a result are only placeholders.
    if (run !== undefined) return { ...errorResult(call, 'waiting'), content: [], run, ...inner.counts() };
    const waits = suspension(output);
    if (waits !== undefined) return { ...suspendedOutcome(call, waits), ...inner.counts() };
    const { value, loads = [], details } = unwrapped(output);
    onOutput?.(value);
    const maxChars = tool.maxResultChars ?? MAX_RESULT_CHARS;
    const content = toolContent(value, maxChars, keepsTextFiles);
    const outcome: ToolOutcome = {
      type: 'tool-result',
      callId: call.id,
      name: call.name,
      content,
      ...(loads.length > 0 && { loads }),
      ...(details && { output: details }),
      ...(isObject(output) && { value: output as JsonObject }),
      ...inner.counts(),
    };
    // The outputs of a shell's commands would be sent in place of the text that was cut, so they are removed.
    const isCut = typeof value === 'string' && value.length > maxChars;
    return isCut ? withResultContent(outcome, content) : outcome;
  } catch (error) {
    if (signal.aborted) throw abortError(call, signal);
    onError?.(error);
    // The call may have taken effect, or may still do so.
    if (scope.timeoutError !== undefined && progress.hasStarted && tool.effect === 'once')
      return { ...unknownOutcome(call, context.key), ...inner.counts() };
    return {
      ...errorResult(call, `The tool failed: ${messageOf(scope.timeoutError ?? error)}`),
      ...inner.counts(),
    };
  } finally {
    await inner.end();
    scope.close();
  }
}

/** Returns the value of an output, the tools that it loads, and the details of a vendor's call. */
function unwrapped(output: unknown): {
  readonly value: unknown;
  readonly loads?: readonly string[];
  readonly details?: JsonObject | undefined;
} {
  if (output instanceof FoundTools) return { value: output.text, loads: output.loads };
  if (output instanceof VendorToolOutput) return { value: output.content, details: output.details };
  return { value: output };
}

/** Whether the output is an object that became JSON, and not a text, an image or a document. */
const isObject = (output: unknown): output is object => isPlain(output) && partOf(output) === undefined;

/** Returns the outcome of a call with `effect: 'once'` that was started and whose result is unknown. */
export const unknownOutcome = (call: ToolCallPart, key: string): ToolOutcome => ({
  ...errorResult(call, ''),
  content: [],
  suspended: { payload: { key }, unknown: true },
});

function suspendedOutcome(call: ToolCallPart, suspended: { readonly payload: JsonValue }): ToolOutcome {
  // Throws for a payload that cannot become JSON, such as a circular object, because the state stores the payload.
  JSON.stringify(suspended.payload);
  return { ...errorResult(call, 'suspended'), content: [], suspended };
}

const abortError = ({ name }: ToolCallPart, { reason }: AbortSignal): LlmError =>
  new LlmError('aborted', `the run was aborted while "${name}" ran`, {}, { cause: reason });
