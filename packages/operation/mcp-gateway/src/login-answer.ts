import { asRecord } from '@majordomo/core/toolkit';
import { errorResult, RPC_CODE } from '@majordomo/mcp/internal';
import type { InputRequiredResult, ServerContext, Tool } from '@modelcontextprotocol/server';
import { inputRequired, stateOf } from './call-params.ts';
import type { ConnectionOwner } from './server-connection.ts';

type Sdk = Pick<
  typeof import('@modelcontextprotocol/server'),
  'ProtocolError' | 'UrlElicitationRequiredError'
>;

/** Question to open an address. */
interface UrlQuestion {
  readonly message: string;
  readonly url: string;
}

/** Key of the question to log in, and type of the state of a call that waits for it. */
const KEY = 'login';
/** State of a call that waits for a login. It contains no value after its type. */
const STATE = `${KEY}:`;

/** Returns the only tool of a server whose user has no login. */
export const loginTool = (server: string, name: string): Tool => ({
  name,
  description: `Connects the account of the user at "${server}". The other tools of this server are available after that.`,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
});

/**
 * Returns the answer to a request that needs a login: a question to open the address of the page, or an error with the address
 * for a client that cannot ask. Throws the error of protocol 2025 that asks to open an address. The type `never` fits the results
 * of all requests.
 */
export function loginAnswer(
  sdk: Sdk,
  context: ServerContext,
  { elicitation }: ConnectionOwner['capabilities'],
  { message, url }: UrlQuestion,
  isTool: boolean,
): never {
  const { mcpReq } = context;
  // Only requests of protocol 2026 have an envelope.
  const isModern = mcpReq.envelope !== undefined;
  // The client has asked its user already, and the user has not logged in yet.
  const isRepeated = stateOf(context)?.type === KEY;
  if (elicitation?.url !== undefined && !isRepeated) {
    if (!isModern)
      throw new sdk.UrlElicitationRequiredError([
        { mode: 'url', message, url, elicitationId: crypto.randomUUID() },
      ]);
    const request = { method: 'elicitation/create', params: { mode: 'url', message, url } };
    return inputRequired({ inputRequests: { [KEY]: request }, requestState: STATE });
  }
  const text = `${message} Open ${url} in a browser, and repeat the call after that.`;
  if (isTool) return errorResult(text) as never;
  throw new sdk.ProtocolError(RPC_CODE.invalidRequest, text);
}

/** Returns the question of a server of protocol 2025 for a client of 2026, or `undefined` for any other error or client. */
export function urlQuestion(error: unknown, { mcpReq }: ServerContext): InputRequiredResult | undefined {
  const { code, data } = asRecord(error);
  const { elicitations } = asRecord(data);
  if (mcpReq.envelope === undefined || code !== RPC_CODE.urlRequired || !Array.isArray(elicitations))
    return undefined;
  const requests = elicitations.map((one: unknown, at) => {
    const { message, url } = asRecord(one);
    return [`url${at}`, { method: 'elicitation/create', params: { mode: 'url', message, url } }] as const;
  });
  return inputRequired({ inputRequests: Object.fromEntries(requests), requestState: STATE });
}
