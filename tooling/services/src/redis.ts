import { once } from 'node:events';
import { connect } from 'node:net';
import { foundBinaryOf } from './binaries.ts';
import { freePorts } from './free-ports.ts';
import { serverFolder, startServer, type Server } from './server.ts';

/** Redis server of a test. */
export interface Redis extends Server {
  readonly port: number;
  readonly url: string;
}

/** Options of the server. */
export interface RedisServerOptions {
  /** Policy of the append-only file. `@default no file` */
  readonly append?: 'always' | 'everysec' | undefined;
  /** Additional arguments. */
  readonly more?: readonly string[] | undefined;
}

/** Starts an empty Redis on 127.0.0.1. */
export async function startRedis({ append, more = [] }: RedisServerOptions = {}): Promise<Redis> {
  const binary = foundBinaryOf('redis');
  const [port = 0] = await freePorts(1);
  const folder = serverFolder('redis');
  const log = append === undefined ? [] : ['--appendonly', 'yes', '--appendfsync', append];
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...log, ...more];
  const isReady = async (): Promise<boolean> => (await toldRedis(port, 'PING')).startsWith('+PONG');
  const server = await startServer({ binary, args, folder, isReady, stopBy: 'SIGTERM' });
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` });
}

/** Returns the start of the reply to a command; it is LOADING while the server reads its file. */
export async function toldRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  } finally {
    socket.destroy();
  }
}
