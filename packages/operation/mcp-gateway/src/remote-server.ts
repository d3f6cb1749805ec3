import type { McpRemote } from '@majordomo/gateway';
import { isSecure } from '@majordomo/mcp/internal';
import { Admission } from './admission.ts';
import { Approvals } from './approvals.ts';
import type { ClientIo } from './client-scope.ts';
import { OwnedConnections, type Connections } from './connections.ts';
import { Logins } from './logins.ts';
import type { McpGatewayOptions, McpGatewayServer } from './options.ts';

/** Returns the host of a server that a client names by its address, or `undefined` if the operator does not allow it. */
export function allowedHost(
  { url }: McpRemote,
  { allowedHosts = [] }: Pick<McpGatewayOptions, 'allowedHosts'>,
): string | undefined {
  const address = URL.parse(url);
  if (address === null || address.username !== '' || address.password !== '') return undefined;
  const { host } = address;
  return isSecure(address) && allowedHosts.includes(host) ? host : undefined;
}

/**
 * Returns the parts for one use of a server that a client names by its address. Approvals and benches do not apply, because the client
 * chooses the server. The connection is closed after the use, because it has the logins of the client.
 */
export function remoteIo(io: ClientIo, all: Connections, host: string, remote: McpRemote): ClientIo {
  const { url, headers, token } = remote;
  const { origin } = new URL(url);
  const place: McpGatewayServer = {
    url,
    headers,
    credential: token,
    fetch: (input, init) => {
      const address = new URL(input instanceof Request ? input.url : input);
      if (address.origin !== origin) throw new TypeError('the server names an address of another host');
      return fetch(input, { ...init, redirect: 'error' });
    },
  };
  const options = { ...io.options, servers: { [host]: place } };
  return {
    ...io,
    options,
    admission: new Admission(options),
    approvals: new Approvals({ clock: options.clock }),
    logins: new Logins({ servers: {} }),
    connections: new OwnedConnections(all, () => undefined, options.servers),
  };
}
