import type {
  Tool,
  ToolChoice as WireToolChoice,
  ToolConfiguration,
  ToolUseBlock,
} from '@aws-sdk/client-bedrock-runtime';
import { allowedToolChoice, toTools, type ClaudeTool } from '@majordomo/claude';
import type { JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import type { WireJson } from './blocks.ts';
import type { WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';

/**
 * Converts tools and tool choice to `toolConfig`. The API rejects tool calls in the history if the request declares no tools.
 * Therefore, if the request has no tools, the tools in the history are declared by name.
 */
export function toToolConfig(
  { tools, toolChoice, extra }: ModelRequest,
  messages: readonly WireMessage[],
  quirks: Quirks,
  output: JsonObject | undefined,
  warnings: Warning[],
): (ToolConfiguration & { tools: Tool[] }) | undefined {
  const used = usedTools(messages, extra);
  if (tools.length === 0 || toolChoice === 'none') {
    if (used.length === 0) return undefined;
    const known = tools.length > 0 ? toTools(tools, quirks, output, warnings).map(toTool) : used;
    warnings.push(tools.length > 0 ? CANNOT_FORBID : DECLARED_BY_NAME);
    return { tools: known };
  }
  const choice = toChoice(toolChoice, quirks, warnings);
  return {
    tools: toTools(tools, quirks, output, warnings).map(toTool),
    ...(choice !== undefined && { toolChoice: choice }),
  };
}

const CANNOT_FORBID: Warning = {
  action: 'dropped',
  what: 'toolChoice "none"',
  why: 'the API cannot forbid tool calls, and requires tools if the history contains calls',
};
const DECLARED_BY_NAME: Warning = {
  action: 'emulated',
  what: 'tools',
  why: 'the API requires tools if the history contains calls; the tools of the history were declared by name',
};

/** Returns minimal definitions of the tools that occur in the history, except vendor tools that `extra` declares. */
function usedTools(messages: readonly WireMessage[], extra: ModelRequest['extra']): Tool[] {
  const declared = asList(asRecord(extra['toolConfig'])['tools']).map(
    (tool) => asRecord(asRecord(tool)['systemTool'])['name'],
  );
  const used = messages.flatMap(({ content }) => content.flatMap(({ toolUse }) => toolUse ?? []));
  const namesOf = (uses: readonly ToolUseBlock[]): string[] => [
    ...new Set(uses.flatMap(({ name }) => name ?? [])),
  ];
  const atVendor = namesOf(used.filter(isServer)).filter((name) => !declared.includes(name));
  return [
    ...namesOf(used.filter((use) => !isServer(use))).map(placeholder),
    ...atVendor.map((name): Tool => ({ systemTool: { name } })),
  ];
}

const isServer = ({ type }: ToolUseBlock): boolean => type === 'server_tool_use';

const placeholder = (name: string): Tool => ({
  toolSpec: { name, inputSchema: { json: { type: 'object' } } },
});

const toTool = ({ name, description, schema, strict, extra }: ClaudeTool): Tool => ({
  toolSpec: {
    name,
    ...(description !== undefined && { description }),
    inputSchema: { json: schema as WireJson },
    ...(strict && { strict }),
    ...extra,
  },
});

/** Converts the tool choice. If the model does not support a choice, the choice becomes `auto` or `required`, with a warning. */
function toChoice(
  requested: ModelRequest['toolChoice'],
  quirks: Quirks,
  warnings: Warning[],
): WireToolChoice | undefined {
  const { toolChoice } = quirks;
  const choice = allowedToolChoice(requested, quirks, warnings);
  if (choice === undefined || choice === 'auto' || choice === 'none') return undefined;
  if (toolChoice === 'none') {
    warnings.push({
      action: 'coerced',
      what: 'toolChoice to auto',
      why: 'this model does not accept a forced tool call',
    });
    return undefined;
  }
  if (choice === 'required') return { any: {} };
  if (toolChoice === 'one') return { tool: { name: choice.name } };
  warnings.push({
    action: 'coerced',
    what: 'toolChoice to required',
    why: 'this model does not accept a named tool',
  });
  return { any: {} };
}
