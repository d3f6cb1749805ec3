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

/** Name of the server in its toolbox. It is a symbol, because applications must not call members of the server. */
export const APP_HOST: unique symbol = Symbol('app host');

/** Toolbox of `connectMcp`. */
export interface ConnectedToolbox extends McpToolbox {
  /** Set with the option `apps`. */
  readonly [APP_HOST]: AppHost | undefined;
}

/** Returns the server of a toolbox; `undefined` without the option `apps`. */
export const hostOf = (toolbox: McpToolbox): AppHost | undefined =>
  APP_HOST in toolbox ? (toolbox as ConnectedToolbox)[APP_HOST] : undefined;
