import { context, SpanKind, type Attributes } from '@opentelemetry/api';
import type { AgentWork, Around, RunResult, ToolOutcome } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import type { ContentAttributes } from './content.ts';
import { boundedNames } from './bounded-names.ts';
import type { Instruments, Measure } from './instruments.ts';
import { countToolCall, currentRunCounts, withRunCounts } from './run-counts.ts';
import type { SafeSpan, StartSpan } from './safe-span.ts';
import { withToolSpan } from './current-tool-span.ts';

/** Writers of spans and metrics for an agent. */
interface AgentWriter {
  readonly start: StartSpan;
  readonly instruments: Instruments;
  readonly content: ContentAttributes | undefined;
}

/** Returns a function that wraps each run and tool in a span. The span ends when the run or tool ends. */
export function agentAround(name: string, writer: AgentWriter): Around {
  const { start, instruments, content } = writer;
  const bounded = boundedNames();
  return (work, run) => {
    const labels = labelsOf(work, name, bounded);
    const measure = work.type === 'run' ? instruments.agent : instruments.tool;
    const span = start({
      name: work.type === 'run' ? `invoke_agent ${name}` : `execute_tool ${work.call.name}`,
      kind: SpanKind.INTERNAL,
      attributes: startAttributes(work, name),
      parent: context.active(),
    });
    if (!span.isTraced && !instruments.isOn) return run();
    if (content !== undefined && work.type === 'tool' && span.isRecording)
      span.set(content.toolCall(work.call));
    const counts = work.type === 'run' ? { inferenceCalls: 0, toolCalls: 0 } : undefined;
    // A tool counts for the run that calls it, whose context is active here.
    if (counts === undefined) countToolCall();
    const inner = counts === undefined ? withToolSpan(span) : withRunCounts(span.context, counts);
    let isCounted = false;
    const running = context.with(inner, () => {
      // Without a context manager, the calls of a run are not known.
      isCounted = counts !== undefined && currentRunCounts() === counts;
      return run();
    });
    const end = (workEnd: WorkEnd): void => {
      endSpan(span, measure, labels, workEnd);
      if (counts === undefined || !isCounted) return;
      instruments.inferenceCalls(counts.inferenceCalls, labels);
      instruments.toolCalls(counts.toolCalls, labels);
    };
    Promise.resolve(running).then(
      (result: unknown) => {
        end(endOf(result, content));
      },
      (error: unknown) => {
        end({ attributes: {}, error: errorType(error) });
      },
    );
    return running;
  };
}

/** Returns the attributes of metrics. `bounded` limits the number of tool names. */
const labelsOf = (work: AgentWork, name: string, bounded: (name: string) => string): Attributes =>
  work.type === 'run'
    ? { 'gen_ai.agent.name': name }
    : {
        'gen_ai.agent.name': name,
        'gen_ai.tool.name': bounded(work.call.name),
        'gen_ai.tool.type': 'function',
      };

const startAttributes = (work: AgentWork, name: string): Attributes => ({
  'gen_ai.operation.name': work.type === 'run' ? 'invoke_agent' : 'execute_tool',
  'gen_ai.agent.name': name,
  'majordomo.run.id': work.runId,
  ...(work.type === 'tool' && {
    'gen_ai.tool.name': work.call.name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': work.call.id,
  }),
});

interface WorkEnd {
  readonly attributes: Attributes;
  readonly error: string | undefined;
}

function endSpan(span: SafeSpan, measure: Measure, labels: Attributes, { attributes, error }: WorkEnd): void {
  measure(span.ms() / 1000, error === undefined ? labels : { ...labels, 'error.type': error });
  span.set(attributes);
  if (error !== undefined) span.setError(error);
  span.end();
}

function endOf(result: unknown, content: ContentAttributes | undefined): WorkEnd {
  if (isOutcome(result)) {
    // `run` is the state of a sub-agent that waits.
    if (result.suspended !== undefined || result.run !== undefined)
      return { attributes: { 'majordomo.suspended': true }, error: undefined };
    return {
      attributes: content?.toolResult(result) ?? {},
      error: result.isError === true ? 'tool-error' : undefined,
    };
  }
  if (!isResult(result)) return { attributes: {}, error: undefined };
  const { done, state } = result;
  return {
    attributes: { 'majordomo.done': done ?? 'waiting', 'majordomo.steps': state.steps },
    error: undefined,
  };
}

const isOutcome = (result: unknown): result is ToolOutcome =>
  typeof result === 'object' && result !== null && 'callId' in result;

const isResult = (result: unknown): result is RunResult =>
  typeof result === 'object' && result !== null && 'awaiting' in result;

/** Returns the error type, or `undefined` if the reader stopped reading the stream. Stopping is not a failure. */
function errorType(error: unknown): string | undefined {
  if (!LlmError.is(error)) return '_OTHER';
  for (let cause: unknown = error; LlmError.is(cause); cause = cause.cause)
    if (cause.details.code === 'abandoned') return undefined;
  return error.kind;
}
