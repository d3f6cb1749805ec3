import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../reading/json-schema.ts';
import type { Notes } from '../reading/notes.ts';
import { get, list, maybe, name, oneOf, placeOf, record, text, type Members } from '../reading/read.ts';
import { namedTool } from '../reading/tool-choice.ts';

/** A tool as its client knows it. */
export interface ClientTool {
  readonly name: string;
  readonly namespace: string | undefined;
  /** It takes a text instead of an object: no other wire has such tools. */
  readonly isCustom: boolean;
}

/** The tools of a request, and which of them may be called. */
export interface ResponsesTools {
  readonly request: { readonly tools?: readonly ToolSpec[]; readonly toolChoice?: ToolChoice };
  /** By the name that targets read. */
  readonly known: ReadonlyMap<string, ClientTool>;
}

/** The longest name that every vendor takes. */
const LONGEST = 64;

export function responsesTools(body: Members, notes: Notes): ResponsesTools {
  const known = new Map<string, ClientTool>();
  const given = maybe(body, 'tools', list(record)) ?? [];
  const tools = given.flatMap((tool) => toolSpecs(tool, known, notes));
  if (maybe(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  if (tools.length === 0) return { request: {}, known };
  const value = body.value['tool_choice'];
  if (value === undefined || value === null) return { request: { tools }, known };
  return { request: chosen(value, tools, known), known };
}

/** The name that targets read for a tool: no other wire has namespaces. */
export function nameFor(
  tool: Pick<ClientTool, 'name' | 'namespace'>,
  known: ReadonlyMap<string, ClientTool>,
): string {
  for (const [told, each] of known) {
    if (each.name === tool.name && each.namespace === tool.namespace) return told;
  }
  return joined(tool);
}

const joined = ({ name, namespace }: Pick<ClientTool, 'name' | 'namespace'>): string =>
  namespace === undefined ? name : `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;

function toolSpecs(tool: Members, known: Map<string, ClientTool>, notes: Notes): readonly ToolSpec[] {
  if (get(tool, 'type', text) !== 'namespace') return toolSpec(tool, undefined, known, notes);
  const namespace = get(tool, 'name', name);
  const about = maybe(tool, 'description', text) ?? '';
  const [first, ...others] = get(tool, 'tools', list(record)).flatMap((each) =>
    toolSpec(each, namespace, known, notes),
  );
  if (first === undefined) return [];
  // What is said of all of them is said once.
  const description = [first.description, about && `${namespace}: ${about}`].filter(Boolean).join('\n\n');
  return [{ ...first, description }, ...others];
}

function toolSpec(
  tool: Members,
  namespace: string | undefined,
  known: Map<string, ClientTool>,
  notes: Notes,
): readonly ToolSpec[] {
  const type = get(tool, 'type', text);
  if (type !== 'function' && type !== 'custom') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  const own = { name: get(tool, 'name', name), namespace, isCustom: type === 'custom' };
  const told = namespace === undefined ? own.name : unused(joined(own), known);
  known.set(told, own);
  if (own.isCustom) return [customTool(tool, told)];
  return [
    {
      name: told,
      description: maybe(tool, 'description', text) ?? '',
      parameters: maybe(tool, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
    },
  ];
}

/** The same for the same tools in the same order, as clients send them in every turn. */
function unused(wanted: string, known: ReadonlyMap<string, ClientTool>): string {
  let told = wanted.slice(0, LONGEST);
  for (let next = 2; known.has(told); next++) told = `${wanted.slice(0, LONGEST - 4)}_${next}`;
  return told;
}

/** A text as the one member of an object, and its grammar told in words. */
function customTool(tool: Members, told: string): ToolSpec {
  const format = maybe(tool, 'format', record);
  const grammar = format && maybe(format, 'definition', text);
  const description = maybe(tool, 'description', text) ?? '';
  return {
    name: told,
    description:
      grammar === undefined ? description : `${description}\n\nThe input follows this grammar:\n${grammar}`,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

function chosen(
  value: unknown,
  tools: readonly ToolSpec[],
  known: ReadonlyMap<string, ClientTool>,
): ResponsesTools['request'] {
  if (typeof value === 'string')
    return { tools, toolChoice: oneOf('auto', 'none', 'required')(value, 'tool_choice') };
  const choice = record(value, 'tool_choice');
  if (get(choice, 'type', oneOf('function', 'custom', 'allowed_tools')) !== 'allowed_tools')
    return { tools, toolChoice: namedTool(toolOf(choice, known), tools, placeOf(choice, 'name')) };
  const allowed = get(choice, 'tools', list(record)).map((tool) =>
    maybe(tool, 'type', text) === 'namespace' ? { namespace: get(tool, 'name', name) } : toolOf(tool, known),
  );
  const isAllowed = ({ name: told }: ToolSpec): boolean =>
    allowed.some((each) =>
      typeof each === 'string' ? each === told : known.get(told)?.namespace === each.namespace,
    );
  return { tools: tools.filter(isAllowed), toolChoice: get(choice, 'mode', oneOf('auto', 'required')) };
}

const toolOf = (tool: Members, known: ReadonlyMap<string, ClientTool>): string =>
  nameFor({ name: get(tool, 'name', name), namespace: maybe(tool, 'namespace', name) }, known);
