/** Codes of connections that were not established. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
]);

/** Whether the code of an error proves that the server received nothing, because no connection was established. */
export const isNotConnected = (code: string | undefined): boolean =>
  code !== undefined && NOT_CONNECTED.has(code);
