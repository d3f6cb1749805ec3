import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foundBinaryOf } from './binaries.ts';
import { freePorts } from './free-ports.ts';
import { accountOf, isUp, type Postgres } from './postgres.ts';
import { serverFolder, startServer, type Server } from './server.ts';

/** PgBouncer of a test. */
export interface PgBouncer extends Server {
  readonly url: string;
}

/** Starts PgBouncer in transaction mode in front of a server, with two connections. PgBouncer cannot run as root. */
export async function startPgBouncer(postgres: Postgres): Promise<PgBouncer> {
  const binary = foundBinaryOf('pgbouncer');
  const [port = 0] = await freePorts(1);
  const user = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  const folder = serverFolder('pgbouncer', user);
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
postgres = host=127.0.0.1 port=${postgres.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  );
  const server = await startServer({
    binary,
    args: [config],
    folder,
    isReady: () => isUp(port),
    stopBy: 'SIGTERM',
    user,
  });
  return Object.assign(server, { url: `postgres://postgres@127.0.0.1:${port}/postgres` });
}
