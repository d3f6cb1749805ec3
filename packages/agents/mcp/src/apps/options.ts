import type { JsonObject, ToolResultPart } from '@majordomo/core';

/** Apps of several toolboxes for a chat page. Pass them as `apps` of `UiOptions`, and serve `fetch` at a route of the page. */
export interface McpApps {
  /**
   * Returns the app of a tool, and `undefined` for a tool without an app. `tool`: name of the tool in the toolbox. `output`: complete
   * result of the server, set after the call. If `content`, the result that the model received, was changed in between, `output` contains
   * only `content`.
   */
  part(
    tool: string,
    callId: string,
    content?: ToolResultPart['content'],
  ): { readonly app: McpAppMetadata; readonly output?: JsonObject | undefined } | undefined;
  /**
   * Answers a request of the page with the body `{ app, method, params }`, where `app` is the metadata of the app, and `method` is
   * `resources/read`, `resources/list` or `tools/call`. The application must authorize the request first. The response contains the
   * result of MCP. Status 403: the tool is not visible to apps, needs approval, or belongs to another server. 404: unknown app. 413: an
   * app of more than 5 MiB. 415: a page of another site sent the request, without the content type `application/json`. 502: the server failed.
   */
  fetch(request: Request): Promise<Response>;
}

/** Metadata of an app, as the AI SDK's renderer reads it from `toolMetadata.app`. */
export interface McpAppMetadata extends JsonObject {
  readonly resourceUri: string;
  readonly mimeType: 'text/html;profile=mcp-app';
  /** Name of the toolbox. */
  readonly server: string;
  /** Names of the tools that the app may call, for `allowedTools` of the renderer. A call may still need an approval. */
  readonly tools: readonly string[];
  /** Callers that the server names for the tool. */
  readonly visibility?: readonly ('model' | 'app')[] | undefined;
}
