import type { Tool, ToolContext, ToolOutput } from '@majordomo/agent';
import { truncateText, LlmError, type JsonObject } from '@majordomo/core';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { McpOptions } from '../options.ts';
import type { Connection } from './connection.ts';
import { contentOf, textOf } from './content.ts';
import { isTransient } from './errors.ts';
import type { SeenTools } from './tool-history.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A server could fill the model's window with what it says of one tool. */
const MOST_DESCRIPTION_CHARS = 20_000;

/** What the tools of a server need to run. */
export interface ToolsIo {
  readonly options: McpOptions;
  readonly connection: Connection;
  readonly seen: SeenTools;
}

/** Everything that a tool says of itself: a change of any of it may mean another deed. */
export const printOf = ({ description, title, inputSchema, annotations }: ListedTool): string =>
  JSON.stringify([description, title, inputSchema, annotations]);

/** A tool of the server, as an agent runs it. */
export function mcpTool(listed: ListedTool, name: string, { options, connection, seen }: ToolsIo): Tool {
  const { approve = 'destructive', maxResultChars } = options;
  const print = printOf(listed);
  const isRepeatable =
    listed.annotations?.readOnlyHint === true || listed.annotations?.idempotentHint === true;
  const tries = 1 + (isRepeatable ? (options.retries ?? 0) : 0);
  return {
    name,
    description: truncateText(listed.description ?? listed.title ?? '', MOST_DESCRIPTION_CHARS),
    parameters: withoutDialect(listed.inputSchema),
    maxResultChars,
    approval: approve === 'none' ? false : () => isAsked(listed, print, approve, seen),
    async run(args: Record<string, unknown>, { signal }: ToolContext): Promise<ToolOutput> {
      if (approve !== 'none' && !seen.mayRun(listed.name, print)) throw new Error(CHANGED);
      const call = { name: listed.name, args, signal };
      const result = await withTries(tries, connection, signal, () => connection.call(call));
      if (result.isError === true) throw new Error(textOf(result));
      return contentOf(result);
    },
  };
}

const CHANGED =
  'the server has changed what this tool says of itself since its call was looked at, so it did not run; call it again';

/** The server's own word can add a question, and never saves one. */
function isAsked(
  { name, annotations }: ListedTool,
  print: string,
  approve: 'all' | 'destructive',
  seen: SeenTools,
): boolean {
  const isNeeded = approve === 'all' || annotations?.destructiveHint === true || seen.isChanged(name, print);
  if (isNeeded) seen.ask(name, print);
  return isNeeded;
}

function withoutDialect(schema: ListedTool['inputSchema']): JsonObject {
  const { $schema: _dialect, ...json } = schema;
  return json as JsonObject;
}

async function withTries<T>(
  tries: number,
  { clock }: Connection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried >= tries || signal.aborted || !LlmError.is(error) || !isTransient(error)) throw error;
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tried - 1)), signal);
    }
  }
}
