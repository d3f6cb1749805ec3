import { type EventSteps, mapEvents } from '../stream/events.ts';
import type { ModelEvent, Warning } from '../types/response.ts';
import type { Message, TurnMessage } from '../types/messages.ts';
import type { Capabilities } from '../types/target.ts';
import type { ModelRequest, ModelTool, ToolChoice, ToolSpec } from '../types/request.ts';
import { pickExtra } from './settings.ts';
import { fnv1a } from '../util/bytes.ts';
import { asList, asRecord } from '../util/values.ts';

/**
 * Names that every wire accepts (as of 2026-11-20). OpenAI and Converse accept `[a-zA-Z0-9_-]{1,64}`. Claude accepts up to 128
 * characters. Gemini accepts no digit or hyphen at the start. Names from MCP servers can have dots and slashes.
 */
const VALID_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const MAX_NAME_LENGTH = 64;

/**
 * Returns the tools with the members of `extra` for a target. `specs` contains the spec of each tool, in the same order. Returns
 * the same list if no spec has `extra`.
 */
export function withToolExtra(
  tools: readonly ModelTool[],
  specs: readonly ToolSpec[],
  { wire, providerId }: { readonly wire: string | undefined; readonly providerId: string },
): readonly ModelTool[] {
  if (specs.every(({ extra }) => extra === undefined)) return tools;
  return tools.map((tool, at) => {
    const extra = pickExtra(specs[at]?.extra, wire, providerId);
    return Object.keys(extra).length === 0 ? tool : { ...tool, extra };
  });
}

/** Tools without callers, by the list that contains them, because providers recognize lists by identity. */
const directLists = new WeakMap<readonly ModelTool[], readonly ModelTool[]>();

/** Removes the callers of the tools, with a warning, for a target whose vendor runs no programs. The model then calls the tools. */
export function fitCallers(
  tools: readonly ModelTool[],
  { programs }: Capabilities,
  target: string,
  toolChoice: ToolChoice | undefined,
): { readonly tools: readonly ModelTool[]; readonly warnings: readonly Warning[] } {
  const names = tools.filter(({ callers }) => callers !== undefined).map(({ name }) => name);
  if (names.length === 0) return { tools, warnings: [] };
  if (programs === true) return withChosenTool(tools, toolChoice);
  const direct = directLists.get(tools) ?? tools.map(({ callers: _callers, ...tool }) => tool);
  directLists.set(tools, direct);
  const what = `callers of ${names.join(', ')}`;
  const why = `${target} runs no programs that call tools; the model calls the tools itself`;
  return { tools: direct, warnings: [{ action: 'coerced', what, why }] };
}

/** Lets the model call the tool that the tool choice names, because vendors reject the choice of a tool that only programs call. */
function withChosenTool(
  tools: readonly ModelTool[],
  toolChoice: ToolChoice | undefined,
): ReturnType<typeof fitCallers> {
  const chosen =
    typeof toolChoice === 'object' ? tools.find(({ name }) => name === toolChoice.name) : undefined;
  if (chosen?.callers === undefined || chosen.callers.includes('model')) return { tools, warnings: [] };
  const callers = ['model', ...chosen.callers] as const;
  const what = `callers of ${chosen.name}`;
  const why = 'the tool choice names the tool, so the model may call it';
  return {
    tools: tools.map((tool) => (tool === chosen ? { ...tool, callers } : tool)),
    warnings: [{ action: 'coerced', what, why }],
  };
}

const isValidName = (name: string): boolean => VALID_NAME.test(name);

/** Request with tool names that every wire accepts. */
export interface RenamedTools {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  /** Restores the original names in the tool calls of a response. Absent if no name was replaced. */
  readonly read?: (steps: EventSteps) => EventSteps;
}

/**
 * Replaces tool names that a wire may reject, in the tools, the tool choice and the history. A name in the history that none of
 * the request's tools has remains unchanged.
 */
export function fitToolNames(request: ModelRequest): RenamedTools {
  if (request.tools.every(({ name }) => isValidName(name))) return { request, warnings: [] };
  const fitted = replacementNames(request.tools);
  const out = (name: string): string => fitted.get(name) ?? name;
  const originals = new Map([...fitted].map(([name, fit]) => [fit, name]));
  const { tools, toolChoice, messages } = request;
  return {
    request: {
      ...request,
      tools: tools.map((tool) => ({ ...tool, name: out(tool.name) })),
      ...(typeof toolChoice === 'object' && { toolChoice: { name: out(toolChoice.name) } }),
      messages: messages.map((message) => renameTools(message, out)),
    },
    warnings: [...fitted].map(([name, fit]) => ({
      action: 'coerced',
      what: `name of tool "${name}"`,
      why: `it is sent as "${fit}": a name begins with a letter or _ and has at most ${MAX_NAME_LENGTH} ASCII letters, digits, _ or -`,
    })),
    read: (steps) => mapEvents(steps, (event) => withOriginalName(event, originals)),
  };
}

/**
 * Derives each name from the original name, so that the new name is the same in each turn. A name that is taken or too long
 * receives a suffix. A loaded tool does not change the names of the tools before it.
 */
function replacementNames(tools: ModelRequest['tools']): ReadonlyMap<string, string> {
  const initial = tools.filter(({ deferred }) => deferred !== true).map(({ name }) => name);
  const taken = new Set(initial.filter(isValidName));
  const fitted = new Map<string, string>();
  for (const { name, deferred } of tools) {
    // A valid name of an initial tool is in `taken` because of this tool itself.
    if (isValidName(name) && !(deferred === true && taken.has(name))) {
      taken.add(name);
      continue;
    }
    const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=[^A-Za-z_]|$)/, '_');
    const isFree = plain.length <= MAX_NAME_LENGTH && !taken.has(plain);
    // The suffix has eight characters: `_` and the seven of a hash.
    const fit = isFree
      ? plain
      : `${plain.slice(0, MAX_NAME_LENGTH - 8)}_${fnv1a(name).toString(36).padStart(7, '0')}`;
    taken.add(fit);
    fitted.set(name, fit);
  }
  return fitted;
}

/** Replaces tool names in a message. If no name changes, returns the same object, because wires cache messages by identity. */
function renameTools(message: TurnMessage, out: (name: string) => string): TurnMessage {
  if (message.role === 'user') return message;
  const names = message.parts.flatMap((part) => [
    ...(part.type === 'tool-call' || part.type === 'tool-result' ? [part.name] : []),
    ...('loads' in part ? (part.loads ?? []) : []),
  ]);
  if (names.every((name) => out(name) === name)) return message;
  if (message.role === 'tool') {
    const parts = message.parts.map((part) => {
      if (part.type === 'vendor-result') return part;
      const { loads } = part;
      return { ...part, name: out(part.name), ...(loads !== undefined && { loads: loads.map(out) }) };
    });
    return { ...message, parts };
  }
  const parts = message.parts.map((part) =>
    part.type === 'tool-call' ? { ...part, name: out(part.name) } : part,
  );
  return { ...message, parts };
}

function withOriginalName(event: ModelEvent, originals: ReadonlyMap<string, string>): ModelEvent {
  if (event.type !== 'part-start' && event.type !== 'part-end') return event;
  if (event.part.type !== 'tool-call') return event;
  const name = originals.get(event.part.name) ?? event.part.name;
  return { ...event, part: { ...event.part, name } } as ModelEvent;
}

/**
 * Returns a map from each tool that a tool result loads, in order of loading, to the id of the call whose result first loads it.
 * A failed result loads nothing, because some wires accept only text in it. Ignores invalid messages.
 */
export function firstLoads(messages: readonly Message[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const message of messages) {
    const { role, parts } = asRecord(message);
    if (role !== 'tool') continue;
    for (const part of asList(parts)) {
      const { callId, loads, isError } = asRecord(part);
      if (isError === true) continue;
      for (const name of asList(loads))
        if (typeof name === 'string' && !first.has(name)) first.set(name, String(callId));
    }
  }
  return first;
}

/** Last result of `toolsToSend`, by the request's list of tools, because providers recognize lists by identity. */
const sentLists = new WeakMap<readonly ToolSpec[], readonly ToolSpec[]>();

/** Returns tools that are not deferred, then loaded tools in order of loading. The same tools result in the same array. */
export function toolsToSend(tools: readonly ToolSpec[], messages: readonly Message[]): readonly ToolSpec[] {
  if (tools.every(({ deferred }) => deferred !== true)) return tools;
  const deferred = new Map(tools.map((tool) => [tool.name, tool.deferred === true ? [tool] : []]));
  const loaded = [...firstLoads(messages).keys()].flatMap((name) => deferred.get(name) ?? []);
  const sent = [...tools.filter((tool) => tool.deferred !== true), ...loaded];
  for (const list of [tools, sentLists.get(tools)])
    if (list?.length === sent.length && list.every((tool, at) => tool === sent[at])) return list;
  sentLists.set(tools, sent);
  return sent;
}
