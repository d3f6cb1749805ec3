import type { Tool } from '@majordomo/agent';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { Connection } from './connection.ts';
import type { McpToolbox } from '../options.ts';
import type { AppResults } from './app-results.ts';

/** Tool of a server, with its definition. */
export interface OfferedTool {
  readonly listed: ListedTool;
  readonly tool: Tool;
}

/** Server whose apps are shown. */
export interface AppHost {
  readonly connection: Connection;
  /** Results of calls. Set with the option `apps`. */
  readonly appResults: AppResults | undefined;
  /** Tools of the server that were chosen, including those for apps only. */
  readonly offered: readonly OfferedTool[];
  /** Returns a function that throws if the tool's definition has changed. */
  checkOf(listed: ListedTool): () => void;
}

/** Servers of toolboxes, because applications must not call their members. */
const HOSTS = new WeakMap<McpToolbox, AppHost>();

export function registerHost(toolbox: McpToolbox, host: AppHost): void {
  if (host.appResults !== undefined) HOSTS.set(toolbox, host);
}

export const hostOf = (toolbox: McpToolbox): AppHost | undefined => HOSTS.get(toolbox);
