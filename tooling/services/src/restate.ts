import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foundBinaryOf } from './binaries.ts';
import { freePorts } from './free-ports.ts';
import { serverFolder, startServer, type Server } from './server.ts';

/** Restate server of a test. */
export interface Restate extends Server {
  /** Address that starts runs. */
  readonly ingress: string;
  /** Address that registers handlers. */
  readonly admin: string;
  /** Registers the handlers at `uri`. If the server refuses the handlers, rejects with the server's response. */
  register(uri: string): Promise<void>;
}

/** Options of a Restate server. */
export interface RestateOptions {
  /** Enables the protocol version 7, in which services may end runs with a different journal. Restate 1.7 requires this setting. */
  readonly protocol7?: boolean;
}

/** Starts an empty Restate on 127.0.0.1 without telemetry. */
export async function startRestate({ protocol7 = false }: RestateOptions = {}): Promise<Restate> {
  const binary = foundBinaryOf('restate');
  const [node = 0, admin = 0, ingress = 0] = await freePorts(3);
  const folder = serverFolder('restate');
  const config = join(folder, 'restate.toml');
  writeFileSync(config, configOf({ folder, node, admin, ingress, protocol7 }));
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const isOk = async (url: string): Promise<boolean> => (await fetch(url)).ok;
  const server = await startServer({
    binary,
    args: ['--no-logo', '--config-file', config],
    folder,
    isReady: async () => (await isOk(`${at(admin)}/health`)) && (await isOk(`${at(ingress)}/restate/health`)),
    stopBy: 'SIGTERM',
  });
  return Object.assign(server, {
    ingress: at(ingress),
    admin: at(admin),
    register: (uri: string) => register(at(admin), uri),
  });
}

async function register(admin: string, uri: string): Promise<void> {
  const response = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri, force: true }),
  });
  if (!response.ok) throw new Error(`restate: registering ${uri} failed: ${await response.text()}`);
}

interface Places extends Required<RestateOptions> {
  readonly folder: string;
  readonly node: number;
  readonly admin: number;
  readonly ingress: number;
}

const configOf = ({ folder, node, admin, ingress, protocol7 }: Places): string => `
node-name = "test"
cluster-name = "majordomo-${node}"
base-dir = ${JSON.stringify(join(folder, 'data'))}
disable-telemetry = true
experimental-enable-protocol-v7 = ${protocol7}
listen-mode = "tcp"
bind-address = "127.0.0.1:${node}"
auto-provision = true
rocksdb-total-memory-size = "256MB"
default-num-partitions = 4
[admin]
bind-address = "127.0.0.1:${admin}"
[ingress]
bind-address = "127.0.0.1:${ingress}"
`;
