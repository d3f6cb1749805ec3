import type { ToolSpec } from '@majordomo/core';
import type { Notes } from '../parsing/notes.ts';
import { invalid, nonEmptyString, oneOf, object, objects, string, type Fields } from '../parsing/fields.ts';
import {
  checkNamed,
  functionTool,
  namedTool,
  noteCallers,
  NOTED_MEMBERS,
  noteParallelCalls,
  noteWithoutTools,
  type ChosenTools,
} from '../parsing/tools.ts';
import { targetNameOf, type KnownTools } from './known-tools.ts';
import type { ParsedMcp } from './mcp/request.ts';

/** Parses the tools and the tool choice of a request. Adds the tools to `known`. `mcp`: tools of MCP servers, if the gateway has any. */
export function responsesTools(body: Fields, known: KnownTools, notes: Notes, mcp?: ParsedMcp): ChosenTools {
  const specsOf = (tool: Fields): readonly ToolSpec[] =>
    mcp !== undefined && tool.value['type'] === 'mcp' ? mcp.addTool(tool) : toolSpecs(tool, known, notes);
  const tools = body.optional('tools', objects(specsOf))?.flat() ?? [];
  noteParallelCalls(body, notes);
  const choice = body.optional('tool_choice', (value) => value);
  // The choice may name a tool that is not loaded yet.
  if (mcp?.isLoaded === false) return { tools };
  if (tools.length === 0) {
    noteWithoutTools(choice, 'tool_choice', notes);
    return {};
  }
  return choice === undefined ? { tools } : chosen(choice, tools, known, notes);
}

/** Converts a tool, or all tools of a namespace. */
function toolSpecs(tool: Fields, known: KnownTools, notes: Notes): readonly ToolSpec[] {
  if (tool.required('type', string) !== 'namespace') return toolSpec(tool, undefined, known, notes);
  const namespace = tool.required('name', nonEmptyString);
  const about = tool.optional('description', string) ?? '';
  const [first, ...others] = tool
    .required(
      'tools',
      objects((each) => toolSpec(each, namespace, known, notes)),
    )
    .flat();
  if (first === undefined) return [];
  // Only the first tool contains the description of the namespace.
  const description = [first.description, about && `${namespace}: ${about}`].filter(Boolean).join('\n\n');
  return [{ ...first, description }, ...others];
}

function toolSpec(
  tool: Fields,
  namespace: string | undefined,
  known: KnownTools,
  notes: Notes,
): readonly ToolSpec[] {
  const type = tool.required('type', string);
  if (type !== 'function' && type !== 'custom') {
    notes.dropped(`tool ${type}`, 'vendor-defined tools are not supported');
    return [];
  }
  noteCallers(tool, notes);
  const clientTool = { name: tool.required('name', nonEmptyString), namespace, isCustom: type === 'custom' };
  const targetName = known.add(clientTool);
  if (clientTool.isCustom) return [customTool(tool, targetName, notes)];
  return [{ ...functionTool(tool, notes), name: targetName }];
}

/** Converts a custom tool. Its text input becomes the only member of an object. Its description also contains its grammar. */
function customTool(tool: Fields, targetName: string, notes: Notes): ToolSpec {
  const format = tool.optional('format', object);
  const grammar = format?.optional('definition', string);
  const syntax = format?.optional('syntax', string);
  const description = tool.optional('description', string) ?? '';
  notes.unparsedInElement(tool, 'tool', ...NOTED_MEMBERS);
  return {
    name: targetName,
    description:
      grammar === undefined
        ? description
        : `${description}\n\nThe input follows this ${syntax === undefined ? '' : `${syntax} `}grammar:\n${grammar}`,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The complete input, as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

/** Returns the tools that the choice allows, and the choice between them. */
function chosen(value: unknown, tools: readonly ToolSpec[], known: KnownTools, notes: Notes): ChosenTools {
  if (typeof value === 'string')
    return { tools, toolChoice: oneOf('auto', 'none', 'required')(value, 'tool_choice') };
  const choice = object(value, 'tool_choice');
  notes.unparsedInObject(choice, 'type', 'name', 'namespace', 'server_label', 'tools', 'mode');
  const type = choice.required('type', oneOf('function', 'custom', 'mcp', 'allowed_tools'));
  if (type === 'mcp' && !choice.isSet('name')) {
    const server = choice.required('server_label', nonEmptyString);
    const ofServer = tools.filter(({ name }) => known.get(name)?.namespace === server);
    if (ofServer.length === 0) invalid(choice.pathOf('server_label'), 'has no tools in this request');
    return { tools: ofServer, toolChoice: 'required' };
  }
  if (type !== 'allowed_tools')
    return { tools, toolChoice: namedTool(targetNameOf(choice, known), tools, choice.pathOf('name')) };
  const offered = new Set(tools.map(({ name }) => name));
  const names = new Set<string>();
  const namespaces = new Set<string>();
  const addAllowed = objects((tool) => {
    const isMcp = tool.optional('type', string) === 'mcp';
    if (tool.value['type'] === 'namespace') namespaces.add(tool.required('name', nonEmptyString));
    else if (isMcp && !tool.isSet('name')) namespaces.add(tool.required('server_label', nonEmptyString));
    else {
      const name = targetNameOf(tool, known);
      checkNamed(name, offered, tool.pathOf('name'));
      names.add(name);
    }
  });
  choice.required('tools', addAllowed);
  const isAllowed = ({ name }: ToolSpec): boolean => {
    const namespace = known.get(name)?.namespace;
    return names.has(name) || (namespace !== undefined && namespaces.has(namespace));
  };
  return { tools: tools.filter(isAllowed), toolChoice: choice.required('mode', oneOf('auto', 'required')) };
}
