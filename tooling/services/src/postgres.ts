import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { foundBinaryOf } from './binaries.ts';
import { freePorts } from './free-ports.ts';
import { serverFolder, startServer, type Recipe, type Server } from './server.ts';

/** PostgreSQL server of a test, with the user and the database `postgres`. The server accepts all users of this machine. */
export interface Postgres extends Server {
  readonly port: number;
  readonly url: string;
}

const run = promisify(execFile);
const USER = 'postgres';
/** Startup message of protocol 3.0. The server responds with `R` when it accepts queries, and with an error while it starts. */
const PARAMETERS = Buffer.from(`user\0${USER}\0database\0postgres\0\0`);
const STARTUP = Buffer.concat([Buffer.from([0, 0, 0, 8 + PARAMETERS.length, 0, 3, 0, 0]), PARAMETERS]);
const LET_IN = 'R'.charCodeAt(0);

/**
 * Starts an empty PostgreSQL on 127.0.0.1. Because PostgreSQL rejects root, it runs as the user that Debian's package creates.
 *
 * @param fsync whether commits wait for the disk. Without it, tests are faster, and only a crash of the machine loses data
 */
export async function startPostgres({ fsync = false }: { readonly fsync?: boolean } = {}): Promise<Postgres> {
  const binary = foundBinaryOf('postgres');
  const [port = 0] = await freePorts(1);
  const user = process.getuid?.() === 0 ? accountOf(USER) : undefined;
  const folder = serverFolder('postgres', user);
  const data = join(folder, 'data');
  await run('cp', ['-R', await emptyDatabase(binary, user), data], { ...user, cwd: folder });
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    // Tests make many short-lived clients.
    'max_connections=200',
    `fsync=${fsync ? 'on' : 'off'}`,
  ];
  const server = await startServer({
    binary,
    args: ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
    folder,
    isReady: () => isUp(port),
    // Signal for a fast shutdown, which does not wait for clients.
    stopBy: 'SIGINT',
    user,
  });
  const signalAll = (signal: NodeJS.Signals): void => {
    process.kill(server.pid, signal);
    for (const pid of childrenOf(server.pid)) signalChild(pid, signal);
  };
  return Object.assign(server, {
    port,
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    // Each connection has a separate process. A signal to the server does not reach these processes.
    pause: () => {
      signalAll('SIGSTOP');
    },
    resume: () => {
      signalAll('SIGCONT');
    },
  });
}

/** Signals the process of a connection, unless it has ended since it was listed. */
function signalChild(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Returns a folder with an empty database. It is created once and remains in the folder for temporary files, because a copy takes a
 * third of the time of `initdb`.
 */
async function emptyDatabase(binary: string, user: Recipe['user']): Promise<string> {
  const { mtimeMs } = statSync(binary);
  const template = join(
    tmpdir(),
    `majordomo-empty-postgres-${user?.uid ?? process.getuid?.() ?? ''}-${mtimeMs}`,
  );
  if (existsSync(template)) return template;
  const folder = serverFolder('postgres-template', user);
  const data = join(folder, 'data');
  const initdb = join(dirname(binary), 'initdb');
  // Without these settings, the encoding and the sort order depend on the locale of the machine.
  const locale = ['--encoding=UTF8', '--locale=C'];
  await run(initdb, ['-D', data, '-A', 'trust', '-U', USER, '--no-sync', ...locale], {
    ...user,
    cwd: folder,
  });
  try {
    renameSync(data, template);
  } catch (error) {
    // Another process has created it at the same time.
    if (!existsSync(template)) throw error;
  }
  rmSync(folder, { recursive: true });
  return template;
}

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Returns the user id and group id of a user of this machine. */
export function accountOf(name: string): NonNullable<Recipe['user']> {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined)
    throw new Error(`postgres: the server rejects root, and the user ${name} does not exist`);
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Whether a server on this port answers queries. */
export async function isUp(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(STARTUP);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer[0] === LET_IN;
  } finally {
    socket.destroy();
  }
}
