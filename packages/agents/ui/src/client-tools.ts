import { suspend, type Decision, type Tool } from '@majordomo/agent';
import type { JsonObject, JsonSchema } from '@majordomo/core';
import { asRecord, isList } from '@majordomo/core/toolkit';
import type { ClientValue } from './client-value.ts';
import type { ClientCall, Step } from './steps.ts';
import { textOfResult } from './tool-output.ts';

const MAX_TOOLS = 64;
const MAX_TOOL_CHARS = 20_000;
const TOOL_NAME = /^[\w-]{1,64}$/;

/** Payload with which a call of a tool of the page is suspended. */
export const CLIENT_TOOL = { type: 'client-tool' } as const;

/** Whether a suspended call waits for a tool of the page. */
export const isClientTool = (payload: unknown): boolean => asRecord(payload)['type'] === CLIENT_TOOL.type;

/**
 * Returns the tools of a page. Each call is suspended until the page sends its result. Throws `invalid-request` for too many or
 * too large tools, for an invalid name, and for a name that another tool of the page or of the server has.
 */
export function readClientTools(tools: ClientValue, serverTools: readonly Pick<Tool, 'name'>[]): Tool[] {
  if (tools.value === undefined || tools.value === null) return [];
  const list = tools.list();
  if (list.length > MAX_TOOLS)
    throw tools.invalid(`the page has ${list.length} tools; send at most ${MAX_TOOLS}`);
  const known = new Set(serverTools.map(({ name }) => name));
  return list.map((source) => {
    const tool = readTool(source);
    if (known.has(tool.name))
      throw source.at('name').invalid(`another tool is named "${tool.name}"; rename the tool of the page`);
    known.add(tool.name);
    return tool;
  });
}

function readTool(source: ClientValue): Tool {
  if (JSON.stringify(source.record()).length > MAX_TOOL_CHARS)
    throw source.invalid(`the tool is too large; use at most ${MAX_TOOL_CHARS} characters`);
  const name = source.at('name').text();
  if (!TOOL_NAME.test(name))
    throw source.at('name').invalid('expected 1 to 64 letters, digits, "_" or "-"; rename the tool');
  return {
    name,
    description: source.at('description').optionalText() ?? '',
    parameters: readParameters(source.at('parameters')),
    run: () => suspend(CLIENT_TOOL),
  };
}

function readParameters(parameters: ClientValue): JsonSchema {
  if (parameters.value === undefined || parameters.value === null) return { type: 'object', properties: {} };
  const schema = parameters.record() as JsonObject;
  // AG-UI permits any schema, but a model can call a tool only with an object.
  if (schema['type'] === undefined) return { ...schema, type: 'object' };
  if (schema['type'] !== 'object') throw parameters.at('type').invalid('expected "object"');
  return schema;
}

/** Marks the calls of a step that wait for tools of the page. Their results become decisions. */
export function withClientCalls({ parts, calls }: Step, tools: readonly Tool[]): Step {
  return { parts, calls: calls.map((call) => (isCallOf(tools, call) ? clientCall(call) : call)) };
}

/** Whether a call is one of the page's tools. Only tools of the server need approvals, and one may have the same name. */
const isCallOf = (tools: readonly Tool[], { call, approvalId }: ClientCall): boolean =>
  approvalId === undefined && tools.some(({ name }) => name === call.name);

function clientCall(call: ClientCall): ClientCall {
  const { result, source } = call;
  if (result === undefined) return { ...call, isClientCall: true };
  if (result.content.some(({ type }) => type !== 'text'))
    throw source.at('content').invalid('the result of a tool of the page must be text; remove the files');
  const decision: Decision = { callId: call.call.id, result: textOfResult(result.content) };
  return { ...call, isClientCall: true, decision };
}

/** Returns a list of objects with texts, such as the context of a page, or an empty list. */
export const readContext = (context: ClientValue): { description: string; value: string }[] =>
  isList(context.value)
    ? context.list().map((item) => {
        return { description: item.at('description').text(), value: item.at('value').text() };
      })
    : [];
