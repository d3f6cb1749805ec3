import { OutgoingMessage, request, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve, type ServedGateway, type ServeOptions } from '../src/node.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const gateway: ServedGateway = { fetch: () => Promise.resolve(Response.json({ status: 'ok' })) };

/** Serves a gateway without listening on an address, and returns the server and the options of `listen`. */
async function serverOf(options?: ServeOptions): Promise<readonly [Server, unknown]> {
  const listen = vi.spyOn(NetServer.prototype, 'listen').mockImplementation(function (
    this: NetServer,
    ...args: readonly unknown[]
  ) {
    (args.at(-1) as () => void)();
    return this;
  });
  vi.spyOn(NetServer.prototype, 'address').mockReturnValue({ address: '::', family: 'IPv6', port: 7 });
  await serve(gateway, options);
  return [listen.mock.contexts[0] as Server, listen.mock.calls[0]?.[0]];
}

describe('a served gateway', () => {
  it('limits the time of headers, requests and idle connections', async () => {
    const [{ headersTimeout, requestTimeout, keepAliveTimeout }] = await serverOf();
    expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([15_000, 300_000, 65_000]);
  });

  it.each<[ServeOptions | undefined, object]>([
    [undefined, { port: 4141, host: '127.0.0.1', backlog: 4096 }],
    [{ port: 0 }, { port: 0, host: '127.0.0.1', backlog: 4096 }],
    [
      { port: 65_535, host: '::' },
      { port: 65_535, host: '::', backlog: 4096 },
    ],
  ])('with the options %j listens on %j', async (options, expected) => {
    expect((await serverOf(options))[1]).toEqual(expected);
  });

  it.each([
    [undefined, 60_000],
    [500, 500],
    [Infinity, 2 ** 31 - 1],
  ])('with idleMs %s limits the time of an idle client to %d ms', async (idleMs, expected) => {
    const setTimeout = vi.spyOn(OutgoingMessage.prototype, 'setTimeout');
    const served = await serve({ ...gateway, idleMs }, { port: 0 });
    expect(await (await fetch(served.url)).json()).toEqual({ status: 'ok' });
    const times = setTimeout.mock.calls.map(([ms]) => ms);
    await served.close(0);
    expect(times).toEqual([expected]);
  });

  it.each([
    [{ port: 65_536 }, 'serve: port must be an integer from 0 to 65535, not 65536'],
    [{ port: 1.5 }, 'serve: port must be an integer from 0 to 65535, not 1.5'],
    [{ port: -1 }, 'serve: port must be an integer from 0 to 65535, not -1'],
    [{ port: Infinity }, 'serve: port must be an integer from 0 to 65535, not Infinity'],
    [{ host: 7 }, 'serve: host must be a string, not a number'],
    [{ drainMs: -1 }, 'serve: drainMs must be a number of 0 or more, not -1'],
    [{ drainMs: Infinity }, 'serve: drainMs must be a finite number of 0 or more, not Infinity'],
  ])('rejects the options %j', async (options, message) => {
    await expect(serve(gateway, options as ServeOptions)).rejects.toMatchObject({ kind: 'config', message });
  });

  it.each([undefined, {}])('rejects %j in place of a gateway', async (value) => {
    await expect(serve(value as unknown as ServedGateway)).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'gateway' },
    });
  });

  it('rejects an address that is used, with its port', async () => {
    const served = await serve(gateway, { port: 0 });
    const port = Number(new URL(served.url).port);
    await expect(serve(gateway, { port })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(
        new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${port}: .*; use another host or port$`),
      ) as string,
      cause: expect.objectContaining({ code: 'EADDRINUSE' }) as Error,
    });
    await served.close(0);
  });

  it('closes an idle connection of a client', async () => {
    const served = await serve(gateway, { port: 0 });
    const { port } = new URL(served.url);
    await new Promise<void>((resolve) => {
      request({ port, host: '127.0.0.1', path: '/' }, (response) => {
        response.resume().once('end', resolve);
      }).end();
    });
    await served.close(3_600_000);
    await expect(fetch(served.url)).rejects.toThrow();
  });
});
