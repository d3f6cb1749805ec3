import { existsSync, readFileSync } from 'node:fs';

const TABLE = '/proc/net/tcp';

/**
 * Returns the bytes that the kernel buffers for connections to a port of 127.0.0.1, at both ends; `undefined` if the system
 * does not report them.
 */
export function queuedFor(ports: ReadonlySet<number>): number | undefined {
  if (!existsSync(TABLE)) return undefined;
  let queued = 0;
  for (const line of readFileSync(TABLE, 'utf8').trim().split('\n').slice(1)) {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [sending = '0', received = '0'] = queues.split(':');
    if (ports.has(portOf(local))) queued += Number.parseInt(sending, 16);
    else if (ports.has(portOf(remote))) queued += Number.parseInt(received, 16);
  }
  return queued;
}

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);
