import type { ModelEvent, PartHead } from '../types/events.ts';
import type { AssistantPart, TurnMessage } from '../types/messages.ts';
import type { ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import { fnv1a } from '../util/bytes.ts';

type Step = ModelEvent | readonly ModelEvent[];

/**
 * What every wire takes, looked up 2026-11-20: OpenAI and Converse `[a-zA-Z0-9_-]{1,64}`, Claude the same with 128, Gemini
 * not a digit or a hyphen first. Names of MCP servers have dots and slashes.
 */
const FITS = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const LONGEST_TOOL_NAME = 64;

const fitsEveryWire = (name: string): boolean => FITS.test(name);

/** A request whose tools have names that every wire takes, and how to read the answer. */
export interface FittedNames {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  /** Gives the calls of the answer the names that the caller knows. */
  readonly read?: (steps: AsyncIterable<Step>) => AsyncIterable<Step>;
}

/** Fits the names of tools, where one has to be; in the history, in the choice of a tool, and back in the answer. */
export function fitToolNames(request: ModelRequest): FittedNames {
  if (request.tools.every(({ name }) => fitsEveryWire(name))) return { request, warnings: [] };
  const fitted = fittedNames(request.tools.map(({ name }) => name));
  const out = (name: string): string => fitted.get(name) ?? name;
  const given = new Map([...fitted].map(([name, fit]) => [fit, name]));
  const { tools, toolChoice, messages } = request;
  return {
    request: {
      ...request,
      tools: tools.map((tool) => ({ ...tool, name: out(tool.name) })),
      ...(typeof toolChoice === 'object' && { toolChoice: { name: out(toolChoice.name) } }),
      messages: messages.map((message) => renamed(message, out)),
    },
    warnings: [...fitted].map(([name, fit]) => ({
      action: 'coerced',
      what: `name of tool "${name}"`,
      why: `it goes out as "${fit}": wires take letters, digits, _ and -, at most ${LONGEST_TOOL_NAME} of them`,
    })),
    read: (steps) => readNames(steps, (name) => given.get(name) ?? name),
  };
}

/** Each from the name alone, so that it is the same in every turn; a clash gets a suffix. */
function fittedNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(names.filter((name) => fitsEveryWire(name)));
  const fitted = new Map<string, string>();
  for (const name of names) {
    if (fitsEveryWire(name)) continue;
    const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=[^A-Za-z_]|$)/, '_');
    const isFree = plain.length <= LONGEST_TOOL_NAME && !taken.has(plain);
    const fit = isFree
      ? plain
      : `${plain.slice(0, LONGEST_TOOL_NAME - 8)}_${fnv1a(name).toString(36).padStart(7, '0')}`;
    taken.add(fit);
    fitted.set(name, fit);
  }
  return fitted;
}

/** Messages without a fitted name stay the same objects: wires know them by identity. */
function renamed(message: TurnMessage, out: (name: string) => string): TurnMessage {
  if (message.role === 'user') return message;
  const names = message.parts.flatMap((part) => ('name' in part ? [part.name] : []));
  if (names.every((name) => out(name) === name)) return message;
  if (message.role === 'tool') {
    return { ...message, parts: message.parts.map((part) => ({ ...part, name: out(part.name) })) };
  }
  const parts = message.parts.map((part) =>
    part.type === 'tool-call' ? { ...part, name: out(part.name) } : part,
  );
  return { ...message, parts };
}

async function* readNames(
  steps: AsyncIterable<Step>,
  given: (name: string) => string,
): AsyncIterable<readonly ModelEvent[]> {
  const named = <P extends PartHead | AssistantPart>(part: P): P =>
    part.type === 'tool-call' ? { ...part, name: given(part.name) } : part;
  for await (const step of steps) {
    const events: readonly ModelEvent[] = 'type' in step ? [step] : step;
    yield events.map((event) => {
      if (event.type === 'part-start') return { ...event, part: named(event.part) };
      return event.type === 'part-end' ? { ...event, part: named(event.part) } : event;
    });
  }
}
