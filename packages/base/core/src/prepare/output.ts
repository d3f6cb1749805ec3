import { type EventSteps, mapEvents } from '../stream/events.ts';
import type { ModelEvent, Warning } from '../types/response.ts';
import type { AssistantPart, Message, TurnMessage } from '../types/messages.ts';
import type { Capabilities } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { JsonObject } from '../types/schema.ts';

export interface EmulatedOutput {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  /** Converts the arguments of the forced tool to the text of the answer. */
  readonly read?: (steps: EventSteps) => EventSteps;
}

/**
 * Emulates an output schema for a model without native support, by a forced tool or by an instruction. If the caller passed
 * tools, an instruction is used, because a forced tool prevents the use of other tools.
 */
export function emulateOutput(request: ModelRequest, { output, tools }: Capabilities): EmulatedOutput {
  if (request.output === undefined || output === undefined || output === 'native')
    return { request, warnings: [] };
  const { name, schema } = request.output;
  const usesTool = output === 'tool' && tools !== false && request.tools.length === 0;
  return usesTool && schema !== undefined
    ? forcedTool(request, name, schema)
    : withInstruction(request, schema);
}

function forcedTool(request: ModelRequest, name: string, schema: JsonObject): EmulatedOutput {
  const tool = {
    name,
    description: 'Returns the answer. Call it once, with the complete answer.',
    parameters: schema,
  };
  return {
    request: { ...request, output: undefined, tools: [tool], toolChoice: { name } },
    warnings: [emulationWarning('a forced tool call')],
    read: (steps) => {
      const rewritten = new Set<number>();
      return mapEvents(steps, (event) => toTextEvent(event, name, rewritten));
    },
  };
}

function withInstruction(request: ModelRequest, schema: JsonObject | undefined): EmulatedOutput {
  return {
    request: { ...request, output: undefined, system: withOutputInstruction(request.system, schema) },
    warnings: [emulationWarning('an instruction')],
  };
}

const emulationWarning = (replacement: string): Warning => ({
  action: 'emulated',
  what: 'output',
  why: `the model has no native schemas: ${replacement} replaces the schema`,
});

/** Adds an instruction to the system text to answer in JSON and, if a schema is given, to follow the schema. */
export function withOutputInstruction(system: string | undefined, schema: JsonObject | undefined): string {
  const rule = `Answer with JSON only, no prose and no code fence${schema === undefined ? '.' : `, that follows this JSON Schema:\n${JSON.stringify(schema)}`}`;
  return system === undefined ? rule : `${system}\n\n${rule}`;
}

function toTextEvent(event: ModelEvent, name: string, rewritten: Set<number>): ModelEvent {
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

export interface MergedSystem {
  readonly system: string | undefined;
  readonly messages: readonly TurnMessage[];
}

/** Joins the system text of a request and its system messages, with blank lines between them. */
export function mergeSystem({ system, messages }: ChatRequest): MergedSystem {
  const isTurn = (message: Message): message is TurnMessage => message.role !== 'system';
  if (messages.every(isTurn)) return { system: system === '' ? undefined : system, messages };
  const texts = [
    system ?? '',
    ...messages.flatMap((message) => (message.role === 'system' ? [textOf(message)] : [])),
  ];
  const joined = texts.filter((text) => text !== '').join('\n\n');
  return { system: joined === '' ? undefined : joined, messages: messages.filter(isTurn) };
}

const textOf = (message: Extract<Message, { role: 'system' }>): string =>
  message.parts.map(({ text }) => text).join('\n\n');
