// Other files import only types of the SDK, so that each module is loaded when it is first needed.

export const loadClient = (): Promise<typeof import('@modelcontextprotocol/client')> =>
  import('@modelcontextprotocol/client');

export const loadClientStdio = (): Promise<typeof import('@modelcontextprotocol/client/stdio')> =>
  import('@modelcontextprotocol/client/stdio');

/** Server side of the SDK. */
export type ServerSdk = typeof import('@modelcontextprotocol/server');

/** Loads the server side of the SDK. */
export const loadServer = (): Promise<ServerSdk> => import('@modelcontextprotocol/server');

export const loadServerStdio = (): Promise<typeof import('@modelcontextprotocol/server/stdio')> =>
  import('@modelcontextprotocol/server/stdio');

export const loadServerSkills = (): Promise<typeof import('@modelcontextprotocol/server/ext/skills/node')> =>
  import('@modelcontextprotocol/server/ext/skills/node');
