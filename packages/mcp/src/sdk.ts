// All that is used of the SDK; each is loaded when it is first needed.

/** The client, with its transport over HTTP. */
export const loadClient = (): Promise<typeof import('@modelcontextprotocol/client')> =>
  import('@modelcontextprotocol/client');

/** The client's part that starts programs: Node, Deno and Bun. */
export const loadClientStdio = (): Promise<typeof import('@modelcontextprotocol/client/stdio')> =>
  import('@modelcontextprotocol/client/stdio');

/** The server. */
export const loadServer = (): Promise<typeof import('@modelcontextprotocol/server')> =>
  import('@modelcontextprotocol/server');

/** The server's part for stdin and stdout. */
export const loadServerStdio = (): Promise<typeof import('@modelcontextprotocol/server/stdio')> =>
  import('@modelcontextprotocol/server/stdio');
