import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../parsing/json-object.ts';
import type { Notes } from '../parsing/notes.ts';
import {
  required,
  array,
  optional,
  nonEmptyString,
  oneOf,
  pathOf,
  object,
  string,
  type Fields,
} from '../parsing/fields.ts';
import { namedTool } from '../parsing/tool-choice.ts';

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

export function responsesTools(body: Fields, notes: Notes): ResponsesTools {
  const known = new KnownTools();
  const given = optional(body, 'tools', array(object)) ?? [];
  const tools = given.flatMap((tool) => toolSpecs(tool, known, notes));
  if (optional(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  if (tools.length === 0) return { request: {}, known };
  const value = body.value['tool_choice'];
  if (value === undefined || value === null) return { request: { tools }, known };
  return { request: chosen(value, tools, known), known };
}

function toolSpecs(tool: Fields, known: KnownTools, notes: Notes): readonly ToolSpec[] {
  if (required(tool, 'type', string) !== 'namespace') return toolSpec(tool, undefined, known, notes);
  const namespace = required(tool, 'name', nonEmptyString);
  const about = optional(tool, 'description', string) ?? '';
  const [first, ...others] = required(tool, 'tools', array(object)).flatMap((each) =>
    toolSpec(each, namespace, known, notes),
  );
  if (first === undefined) return [];
  // The description of the namespace appears once.
  const description = [first.description, about && `${namespace}: ${about}`].filter(Boolean).join('\n\n');
  return [{ ...first, description }, ...others];
}

function toolSpec(
  tool: Fields,
  namespace: string | undefined,
  known: KnownTools,
  notes: Notes,
): readonly ToolSpec[] {
  const type = required(tool, 'type', string);
  if (type !== 'function' && type !== 'custom') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  const own = { name: required(tool, 'name', nonEmptyString), namespace, isCustom: type === 'custom' };
  const told = known.add(own);
  if (own.isCustom) return [customTool(tool, told)];
  return [
    {
      name: told,
      description: optional(tool, 'description', string) ?? '',
      parameters: optional(tool, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
    },
  ];
}

/** Text as the only member of an object, with its grammar in the description. */
function customTool(tool: Fields, told: string): ToolSpec {
  const format = optional(tool, 'format', object);
  const grammar = format && optional(format, 'definition', string);
  const description = optional(tool, 'description', string) ?? '';
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
  const choice = object(value, 'tool_choice');
  if (required(choice, 'type', oneOf('function', 'custom', 'allowed_tools')) !== 'allowed_tools')
    return { tools, toolChoice: namedTool(toolOf(choice, known), tools, pathOf(choice, 'name')) };
  const names = new Set<string>();
  const namespaces = new Set<string>();
  for (const tool of required(choice, 'tools', array(object))) {
    if (optional(tool, 'type', string) === 'namespace')
      namespaces.add(required(tool, 'name', nonEmptyString));
    else names.add(toolOf(tool, known));
  }
  const isAllowed = ({ name: told }: ToolSpec): boolean => {
    const namespace = known.get(told)?.namespace;
    return names.has(told) || (namespace !== undefined && namespaces.has(namespace));
  };
  return { tools: tools.filter(isAllowed), toolChoice: required(choice, 'mode', oneOf('auto', 'required')) };
}

const toolOf = (tool: Fields, known: KnownTools): string =>
  known.nameFor({
    name: required(tool, 'name', nonEmptyString),
    namespace: optional(tool, 'namespace', nonEmptyString),
  });
