import { LlmError } from '@majordomo/core';
import { isLoopback } from '@majordomo/core/toolkit';
import { rpcError } from './http-handler.ts';
import type { ServeOptions } from './options.ts';

/**
 * Returns a function that refuses a request for another host, or from a page of another host, with status 403. Without this check,
 * a page whose name resolves to this machine can send requests to a local server (DNS rebinding).
 */
export function hostCheck({
  hosts,
  origins,
}: Pick<ServeOptions, 'hosts' | 'origins'>): (request: Request) => Response | undefined {
  checkNames(hosts === 'any' ? [] : hosts, 'hosts');
  checkNames(origins, 'origins');
  const isHost = (url: URL): boolean => {
    if (hosts === 'any') return true;
    return hosts === undefined ? isLoopback(url) : isIn(url, hosts);
  };
  // Pages of the served hosts and of `origins` may send requests. If `hosts` is `any`, only `origins` restricts the pages.
  const isOrigin = (url: URL): boolean => {
    if (origins !== undefined && isIn(url, origins)) return true;
    return hosts === 'any' ? origins === undefined : isHost(url);
  };
  return (request) => {
    const host = request.headers.get('host');
    const target = host === null ? new URL(request.url) : URL.parse(`http://${host}`);
    if (target === null || !isHost(target))
      return forbidden(
        `the host ${target?.hostname ?? 'of the request'} is not in the option hosts of serveMcp`,
      );
    const origin = request.headers.get('origin');
    if (origin === null) return undefined;
    const page = URL.parse(origin);
    if (page !== null && isOrigin(page)) return undefined;
    return forbidden('the origin of the page is not in the options hosts and origins of serveMcp');
  };
}

const forbidden = (message: string): Response => rpcError(403, 'refused', message);

const isIn = ({ hostname }: URL, names: readonly string[]): boolean =>
  names.some((name) => hostOf(name)?.hostname === hostname);

/** Returns the URL of a host name. An IPv6 address may have brackets. */
const hostOf = (name: string): URL | null =>
  URL.parse(`http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}`);

function checkNames(names: readonly unknown[] = [], option: 'hosts' | 'origins'): void {
  for (const [at, name] of names.entries()) {
    const url = typeof name === 'string' ? hostOf(name) : null;
    if (url?.port === '' && url.pathname === '/' && url.username === '' && url.hostname !== '') continue;
    throw new LlmError(
      'config',
      `serveMcp: ${option}[${at}] must be a host name without a scheme, a port and a path, such as api.example.com`,
      { path: `${option}[${at}]` },
    );
  }
}
