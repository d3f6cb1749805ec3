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

type Named = Pick<ClientTool, 'name' | 'namespace'>;

/** The longest name that every vendor takes. */
const LONGEST = 64;

/** The tools of a request: no other wire has namespaces, so targets read other names than the client. */
export class KnownTools {
  private readonly byTold = new Map<string, ClientTool>();
  private readonly toldOf = new Map<string, string>();
  /** The next number of names that begin alike. */
  private readonly numbers = new Map<string, number>();

  /** By the name that targets read. */
  get(told: string): ClientTool | undefined {
    return this.byTold.get(told);
  }

  /** → the name that targets read: the same for the same tools in the same order, as clients send them in every turn. */
  add(tool: ClientTool): string {
    const told = tool.namespace === undefined ? tool.name : this.unused(joined(tool));
    this.byTold.set(told, tool);
    const key = keyOf(tool);
    if (!this.toldOf.has(key)) this.toldOf.set(key, told);
    return told;
  }

  /** The name that targets read. */
  nameFor(tool: Named): string {
    return this.toldOf.get(keyOf(tool)) ?? joined(tool);
  }

  private unused(wanted: string): string {
    const told = wanted.slice(0, LONGEST);
    if (!this.byTold.has(told)) return told;
    const begin = wanted.slice(0, LONGEST - 4);
    for (let next = this.numbers.get(begin) ?? 2; ; next++) {
      if (this.byTold.has(`${begin}_${next}`)) continue;
      this.numbers.set(begin, next + 1);
      return `${begin}_${next}`;
    }
  }
}

const keyOf = ({ name, namespace }: Named): string => JSON.stringify([name, namespace]);

const joined = ({ name, namespace }: Named): string =>
  namespace === undefined ? name : `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;

/** The tools of a request, and which of them may be called. */
export interface ResponsesTools {
  readonly request: { readonly tools?: readonly ToolSpec[]; readonly toolChoice?: ToolChoice };
  readonly known: KnownTools;
}

export function responsesTools(body: Members, notes: Notes): ResponsesTools {
  const known = new KnownTools();
  const given = maybe(body, 'tools', list(record)) ?? [];
  const tools = given.flatMap((tool) => toolSpecs(tool, known, notes));
  if (maybe(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  if (tools.length === 0) return { request: {}, known };
  const value = body.value['tool_choice'];
  if (value === undefined || value === null) return { request: { tools }, known };
  return { request: chosen(value, tools, known), known };
}

function toolSpecs(tool: Members, known: KnownTools, notes: Notes): readonly ToolSpec[] {
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
  known: KnownTools,
  notes: Notes,
): readonly ToolSpec[] {
  const type = get(tool, 'type', text);
  if (type !== 'function' && type !== 'custom') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  const own = { name: get(tool, 'name', name), namespace, isCustom: type === 'custom' };
  const told = known.add(own);
  if (own.isCustom) return [customTool(tool, told)];
  return [
    {
      name: told,
      description: maybe(tool, 'description', text) ?? '',
      parameters: maybe(tool, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
    },
  ];
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

function chosen(value: unknown, tools: readonly ToolSpec[], known: KnownTools): ResponsesTools['request'] {
  if (typeof value === 'string')
    return { tools, toolChoice: oneOf('auto', 'none', 'required')(value, 'tool_choice') };
  const choice = record(value, 'tool_choice');
  if (get(choice, 'type', oneOf('function', 'custom', 'allowed_tools')) !== 'allowed_tools')
    return { tools, toolChoice: namedTool(toolOf(choice, known), tools, placeOf(choice, 'name')) };
  const names = new Set<string>();
  const namespaces = new Set<string>();
  for (const tool of get(choice, 'tools', list(record))) {
    if (maybe(tool, 'type', text) === 'namespace') namespaces.add(get(tool, 'name', name));
    else names.add(toolOf(tool, known));
  }
  const isAllowed = ({ name: told }: ToolSpec): boolean => {
    const namespace = known.get(told)?.namespace;
    return names.has(told) || (namespace !== undefined && namespaces.has(namespace));
  };
  return { tools: tools.filter(isAllowed), toolChoice: get(choice, 'mode', oneOf('auto', 'required')) };
}

const toolOf = (tool: Members, known: KnownTools): string =>
  known.nameFor({ name: get(tool, 'name', name), namespace: maybe(tool, 'namespace', name) });
