import { LlmError, type ModelRequest, type ModelTool } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { isForPrograms } from '@majordomo/wire-kit/internal';
import { memoizeList } from '../schema/memoize-list.ts';
import type { NamedSchema } from '../schema/output.ts';
import { PROGRAM_TOOL } from './programs.ts';

/** Members for `ToolSpec.extra`, under the id of the provider or `openai-responses`. */
export interface ResponsesToolOptions {
  /** Callers of the tool: the model (`direct`), programs of the model, or both. */
  readonly allowed_callers?: readonly ('direct' | 'programmatic')[] | undefined;
  /**
   * Format of the text with which the model calls the tool, instead of JSON. The parameters of the tool must have one property, a string,
   * which receives the text. Vendors without such tools receive the parameters.
   */
  readonly format?:
    | { readonly type: 'text' }
    | { readonly type: 'grammar'; readonly syntax: 'lark' | 'regex'; readonly definition: string }
    | undefined;
}

/** Tool definition of Responses. It is strict unless it contains `strict: false`. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: ModelTool['parameters'];
  readonly strict: boolean;
}

/** Converts the tools of a request. Returns the same array for an unchanged list, so that the array is serialized only once. */
export const toolsToWire: (
  tools: readonly ModelTool[],
) => readonly (FunctionTool | CustomTool | typeof PROGRAM_TOOL)[] = memoizeList((tools) => [
  // This tool is first, so that a loaded tool does not change the tools before it.
  ...(tools.some(isForPrograms) ? [PROGRAM_TOOL] : []),
  ...tools.map(toolToWire),
]);

function toolToWire(tool: ModelTool): FunctionTool | CustomTool {
  const { name, description, parameters, strict = false, extra } = tool;
  const further = { ...allowedCallers(tool), ...extra };
  if (isCustom(tool)) return { type: 'custom', name, description, ...further };
  return { type: 'function', name, description, parameters, strict, ...further };
}

/** Returns the property `allowed_callers` of a tool that programs may call. The default of the API is `['direct']`. */
function allowedCallers(tool: ModelTool): Pick<ResponsesToolOptions, 'allowed_callers'> {
  if (!isForPrograms(tool)) return {};
  return {
    allowed_callers: tool.callers?.includes('model') === true ? ['direct', 'programmatic'] : ['programmatic'],
  };
}

/** Tool that the model calls with a text. */
interface CustomTool {
  readonly type: 'custom';
  readonly name: string;
  readonly description: string;
}

const isCustom = ({ extra }: ModelTool): boolean => extra?.['format'] !== undefined;

/** Names of the properties that receive the texts of custom tools, by tool. */
export type CustomInputs = ReadonlyMap<string, string>;

/** Throws `unsupported` for a custom tool whose parameters do not have one property, a string. */
export function customInputs(tools: readonly ModelTool[]): CustomInputs {
  return new Map(
    tools.filter(isCustom).map(({ name, parameters }) => [name, inputProperty(name, parameters)]),
  );
}

function inputProperty(tool: string, { properties }: ModelTool['parameters']): string {
  const [first, ...others] = Object.entries(asRecord(properties));
  if (first !== undefined && others.length === 0 && asRecord(first[1])['type'] === 'string') return first[0];
  throw new LlmError(
    'unsupported',
    `the tool "${tool}" has a format, so its parameters must have one property, a string; remove \`format\` or change the parameters`,
    { path: 'tools' },
  );
}

/** Returns `tool_choice`; `undefined` if the request has no tools. */
export function toolChoiceToWire({ toolChoice, tools }: ModelRequest): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  if (typeof toolChoice !== 'object') return toolChoice;
  const tool = tools.find(({ name }) => name === toolChoice.name);
  return { type: tool && isCustom(tool) ? 'custom' : 'function', name: toolChoice.name };
}

/** Returns the `text.format` that requests JSON with this schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', ...schema });
