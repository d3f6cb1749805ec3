import type { ModelEvent } from '../types/events.ts';
import type { AssistantPart, Message, TurnMessage } from '../types/messages.ts';
import type { Capabilities } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import type { JsonObject } from '../types/schema.ts';

type Step = ModelEvent | readonly ModelEvent[];

export interface EmulatedOutput {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  /** Turns the forced tool's arguments back into the answer's text. */
  readonly read?: (steps: AsyncIterable<Step>) => AsyncIterable<Step>;
}

/**
 * The ladder for an answer in JSON: native where the model has it or nothing is known, else a forced tool, else an instruction.
 * A forced tool would hide the caller's own tools, so with tools the instruction is used.
 */
export function emulateOutput(request: ModelRequest, { output, tools }: Capabilities): EmulatedOutput {
  if (request.output === undefined || output === undefined || output === 'native')
    return { request, warnings: [] };
  const { name, schema } = request.output;
  const byTool = output === 'tool' && tools !== false && request.tools.length === 0;
  return byTool && schema !== undefined ? forcedTool(request, name, schema) : instructed(request, schema);
}

function forcedTool(request: ModelRequest, name: string, schema: JsonObject): EmulatedOutput {
  const tool = {
    name,
    description: 'Gives the answer. Call it once, with the whole answer.',
    parameters: schema,
  };
  return {
    request: { ...request, output: undefined, tools: [tool], toolChoice: { name } },
    warnings: [
      {
        action: 'emulated',
        what: 'output',
        why: 'the model has no native schema: a forced tool call stands in',
      },
    ],
    read: (steps) => callAsText(steps, name),
  };
}

function instructed(request: ModelRequest, schema: JsonObject | undefined): EmulatedOutput {
  return {
    request: {
      ...request,
      output: undefined,
      system: withOutputInstruction(request.system, schema),
    },
    warnings: [
      { action: 'emulated', what: 'output', why: 'the model has no native schema: it was told instead' },
    ],
  };
}

/** System text that tells a model to answer in JSON, to a schema where there is one, for one that cannot be held to it. */
export function withOutputInstruction(system: string | undefined, schema: JsonObject | undefined): string {
  const rule = `Answer with JSON only, no prose and no code fence${schema === undefined ? '.' : `, that follows this JSON Schema:\n${JSON.stringify(schema)}`}`;
  return system === undefined ? rule : `${system}\n\n${rule}`;
}

async function* callAsText(steps: AsyncIterable<Step>, name: string): AsyncIterable<readonly ModelEvent[]> {
  const rewritten = new Set<number>();
  for await (const step of steps) {
    const events: readonly ModelEvent[] = 'type' in step ? [step] : step;
    yield events.map((event) => asText(event, name, rewritten));
  }
}

function asText(event: ModelEvent, name: string, rewritten: Set<number>): ModelEvent {
  switch (event.type) {
    case 'part-start':
      if (event.part.type !== 'tool-call' || event.part.name !== name) return event;
      rewritten.add(event.index);
      return { type: 'part-start', index: event.index, part: { type: 'text' } };
    case 'args-delta':
      return rewritten.has(event.index)
        ? { type: 'text-delta', index: event.index, text: event.json }
        : event;
    case 'part-end':
      return rewritten.has(event.index)
        ? { type: 'part-end', index: event.index, part: textPart(event.part) }
        : event;
    case 'finish':
      return event.reason === 'tool-calls' && rewritten.size > 0 ? { ...event, reason: 'stop' } : event;
    default:
      return event;
  }
}

function textPart(part: AssistantPart): AssistantPart {
  if (part.type !== 'tool-call') return part;
  return { type: 'text', text: part.invalid?.raw ?? JSON.stringify(part.args) };
}

interface Folded {
  readonly system: string | undefined;
  readonly messages: readonly TurnMessage[];
}

/** One system text: the request's own first, then the system messages in order, with blank lines between. */
export function foldSystem({ system, messages }: ChatRequest): Folded {
  const isTurn = (message: Message): message is TurnMessage => message.role !== 'system';
  if (messages.every(isTurn)) return { system: system === '' ? undefined : system, messages };
  const texts = [system ?? '', ...messages.flatMap((message) => (isTurn(message) ? [] : [textOf(message)]))];
  const folded = texts.filter((text) => text !== '').join('\n\n');
  return { system: folded === '' ? undefined : folded, messages: messages.filter(isTurn) };
}

const textOf = (message: Extract<Message, { role: 'system' }>): string =>
  message.parts.map(({ text }) => text).join('\n\n');
