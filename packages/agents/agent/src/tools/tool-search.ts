import {
  LlmError,
  truncateText,
  type ChatRequest,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type ToolSpec,
} from '@majordomo/core';
import {
  atLeast,
  asRecord,
  firstLoads,
  isList,
  isRecord,
  toJsonSchema,
  type KindsOf,
} from '@majordomo/core/toolkit';
import { createIndex, type TextIndex } from './bm25.ts';
import type { Tool, ToolContext } from './tool.ts';
import { hasSameItems } from './tool-order.ts';

/** Options of tool search. */
export interface ToolSearch {
  /** Minimum number of tools of the agent at which the tools of toolboxes are deferred. @default 30 */
  readonly minTools?: number | undefined;
  /** Tools of toolboxes that are offered from the start: names, or a predicate. @default [] */
  readonly always?: readonly string[] | ((tool: ToolSpec) => boolean) | undefined;
  /** Maximum number of tools that one search loads. @default 5 */
  readonly limit?: number | undefined;
  /** Name of the search tool. @default 'find_tools' */
  readonly name?: string | undefined;
  /**
   * Function that ranks tools, for example by embeddings. It replaces the built-in full-text search (BM25 over names, descriptions
   * and parameters). Returns names, best first. Unknown names are ignored. If the function fails, the search returns an error result.
   */
  readonly rank?:
    | ((
        query: string,
        tools: readonly ToolSpec[],
        io: { readonly limit: number; readonly signal: AbortSignal },
      ) => readonly string[] | Promise<readonly string[]>)
    | undefined;
}

export const TOOL_SEARCH_KINDS: KindsOf<ToolSearch> = {
  minTools: atLeast(0),
  always: 'array or function',
  limit: atLeast(1),
  name: 'string',
  rank: 'function',
};

/** Checked options of tool search, with a value for each omitted option. */
export interface SearchRules {
  readonly minTools: number;
  readonly limit: number;
  readonly name: string;
  readonly rank: ToolSearch['rank'];
  isAlwaysOffered(tool: ToolSpec): boolean;
}

const VALID_NAME = /^[A-Za-z_][\w-]{0,63}$/;

/** Returns the rules of tool search, or `undefined` if the search is disabled. Throws `config` for an invalid name or list. */
export function searchRules(option: boolean | ToolSearch | undefined): SearchRules | undefined {
  if (option === undefined || option === false) return undefined;
  const { minTools = 30, limit = 5, name = 'find_tools', always = [], rank } = option === true ? {} : option;
  if (!VALID_NAME.test(name))
    throw invalidOption('name', 'must be 1 to 64 letters, digits, _ or -, and start with a letter or _');
  if (typeof always !== 'function' && always.some((each: unknown) => typeof each !== 'string'))
    throw invalidOption('always', 'must be an array of tool names, or a function');
  const isAlwaysOffered =
    typeof always === 'function' ? always : (tool: ToolSpec): boolean => always.includes(tool.name);
  return { minTools, limit, name, rank, isAlwaysOffered };
}

const invalidOption = (name: string, problem: string): LlmError =>
  new LlmError('config', `createAgent: toolSearch.${name} ${problem}`, { path: `toolSearch.${name}` });

/** Output of the search tool. Its result loads the tools that were found. */
export class FoundTools {
  readonly text: string;
  readonly loads: readonly string[];

  constructor(text: string, loads: readonly string[]) {
    this.text = text;
    this.loads = loads;
  }
}

const MAX_TOOLBOX_CHARS = 300;
const MAX_TOOL_CHARS = 200;
const MAX_QUERY_CHARS = 1000;
const MAX_INDEXED_CHARS = 10_000;
/** Number of levels of a schema whose parameters the index contains. */
const INDEXED_LEVELS = 5;

const PARAMETERS = {
  type: 'object',
  properties: { query: { type: 'string', description: 'A few words about the task, in English.' } },
  required: ['query'],
  additionalProperties: false,
} as const;

/** Search over the deferred tools of an agent. The index is built at the first search. */
export class ToolFinder {
  private readonly rules: SearchRules;
  private readonly tools: readonly ToolSpec[];
  private readonly description: string;
  private index: TextIndex | undefined;

  constructor(
    rules: SearchRules,
    tools: ReadonlyMap<string, ToolSpec>,
    toolboxes: readonly { readonly name: string; readonly description?: string | undefined }[],
  ) {
    this.rules = rules;
    this.tools = [...tools.values()];
    // Omit the number of tools, so that a new tool does not change the beginning of the prompt, which vendors cache.
    const lines = toolboxes.map(({ name, description }) =>
      description === undefined ? `- ${name}` : `- ${name}: ${truncateText(description, MAX_TOOLBOX_CHARS)}`,
    );
    this.description = `Finds tools that are not listed, and makes them available. Call it before you conclude that a task is impossible. It searches the tools of:\n${lines.join('\n')}`;
  }

  /** Returns the search tool for a step that may load `tools`. */
  toolFor(tools: ReadonlyMap<string, ToolSpec>): Tool {
    const run = async ({ query }: { readonly query: string }, { signal }: ToolContext): Promise<FoundTools> =>
      this.find(truncateText(query, MAX_QUERY_CHARS), tools, signal);
    return { name: this.rules.name, description: this.description, parameters: PARAMETERS, run };
  }

  private async find(
    query: string,
    tools: ReadonlyMap<string, ToolSpec>,
    signal: AbortSignal,
  ): Promise<FoundTools> {
    const { limit, rank } = this.rules;
    const names: unknown =
      rank === undefined ? this.ranked(query) : await rank(query, [...tools.values()], { limit, signal });
    if (!isList(names)) throw new TypeError('`rank` must return an array of tool names');
    const found = [...new Set(names)].flatMap((name) => tools.get(String(name)) ?? []).slice(0, limit);
    if (found.length === 0) return new FoundTools(`No tool matches "${query}". Try other words.`, []);
    const lines = found.map(
      ({ name, description }) => `- ${name}: ${truncateText(description, MAX_TOOL_CHARS)}`,
    );
    return new FoundTools(
      `These tools are available now:\n${lines.join('\n')}`,
      found.map(({ name }) => name),
    );
  }

  private ranked(query: string): readonly (string | undefined)[] {
    this.index ??= createIndex(this.tools.map(indexedText));
    return this.index(query).map((at) => this.tools[at]?.name);
  }
}

/** Returns the text that the index contains for a tool. The name occurs three times, so that it has more weight. */
function indexedText({ name, description, parameters }: ToolSpec): string {
  const texts = [name, name, name, description, ...parameterTexts(schemaOf(parameters), INDEXED_LEVELS)];
  return texts.join(' ').slice(0, MAX_INDEXED_CHARS);
}

function schemaOf(parameters: ToolSpec['parameters']): unknown {
  try {
    return toJsonSchema(parameters, 'parameters');
  } catch {
    // Ignore the invalid schema here, because a later request with this tool reports it.
    return undefined;
  }
}

/** Returns the names and descriptions of the parameters in a schema, up to `depth` levels. */
function parameterTexts(schema: unknown, depth: number): readonly string[] {
  if (depth === 0) return [];
  if (isList(schema)) return schema.flatMap((each) => parameterTexts(each, depth - 1));
  if (!isRecord(schema)) return [];
  const { description, properties, items, anyOf, oneOf, allOf } = schema;
  return [
    ...(typeof description === 'string' ? [description] : []),
    ...Object.entries(asRecord(properties)).flatMap(([name, member]) => [
      name,
      ...parameterTexts(member, depth - 1),
    ]),
    ...[items, anyOf, oneOf, allOf].flatMap((each) => parameterTexts(each, depth - 1)),
  ];
}

/** Returns the result of a call of a tool that was not loaded. The model guessed the arguments, so the call does not run. */
export const loadingResult = ({ id, name }: ToolCallPart): ToolResultPart => ({
  type: 'tool-result',
  callId: id,
  name,
  content: [
    { type: 'text', text: `Not run: "${name}" is available now; call it again as its definition requires.` },
  ],
  loads: [name],
});

/** Cache of the lists that `withLoadedTools` returns, by the original list. Providers recognize lists by identity. */
const convertedLists = new WeakMap<readonly ToolSpec[], readonly ToolSpec[]>();

/**
 * Returns the request, in which a tool is no longer deferred if `compact` removed the result that first loaded the tool. If a
 * later result loads the tool again, it is still not deferred, so that the beginning of the prompt does not change.
 */
export function withLoadedTools(request: ChatRequest, transcript: readonly Message[]): ChatRequest {
  const { tools = [], messages } = request;
  if (messages === transcript || tools.every(({ deferred }) => deferred !== true)) return request;
  const before = firstLoads(transcript);
  const after = firstLoads(messages);
  const known = convertedLists.get(tools);
  const converted = tools.map((tool, at) => {
    // `firstLoads` returns the id of the call whose result first loads the tool.
    if (tool.deferred !== true || after.get(tool.name) === before.get(tool.name)) return tool;
    const { name, description, parameters } = tool;
    const earlier = known?.[at];
    return earlier?.name === name && earlier.deferred !== true ? earlier : { name, description, parameters };
  });
  if (hasSameItems(converted, tools)) return request;
  if (known !== undefined && hasSameItems(converted, known)) return { ...request, tools: known };
  convertedLists.set(tools, converted);
  return { ...request, tools: converted };
}
