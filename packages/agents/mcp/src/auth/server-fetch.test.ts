import { expect, it, onTestFinished } from 'vitest';
import { Secrets } from './secrets.ts';
import { authorizationFetch, guardedFetch } from './server-fetch.ts';

const OK = 'ok';

/** Function that records the requests that were sent. */
function recording(place: { readonly url: string; readonly allow?: readonly string[] }) {
  const sent: string[] = [];
  const fetch = (input: string | URL | Request): Promise<Response> => {
    sent.push(String(input));
    return Promise.resolve(new Response(OK));
  };
  const resolve = (host: string) => {
    if (host === 'private.example') return Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    if (host === 'both.example')
      return Promise.resolve([
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    if (host === 'missing.example') return Promise.reject(new Error('ENOTFOUND'));
    return Promise.resolve([{ address: '93.184.215.14', family: 4 }]);
  };
  return {
    guarded: guardedFetch({ ...place, fetch }, 'mcp "x"', resolve),
    sent,
  };
}

const outcome = (work: Promise<Response>): Promise<unknown> =>
  work.then(
    (response) => response.text(),
    (error: unknown) => (error as Error).cause,
  );

it.each([
  'http://127.0.0.1/token',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/token',
  'http://[::ffff:10.0.0.1]/token',
  'http://0x7f000001/token',
  'https://private.example/token',
  'https://both.example/token',
  'ftp://public.example/token',
])('does not send a request to %s', async (address) => {
  const { guarded, sent } = recording({ url: 'https://mcp.example/mcp' });
  expect(await outcome(guarded(address))).toMatchObject({
    kind: 'auth',
    details: { code: 'private-address' },
    message: expect.stringContaining('add it to place.allow') as string,
  });
  expect(sent).toEqual([]);
});

it('does not send a request without encryption, because the name may resolve to another address later', async () => {
  const { guarded, sent } = recording({ url: 'https://mcp.example/mcp' });
  expect(await outcome(guarded('http://public.example/metadata'))).toMatchObject({
    kind: 'auth',
    details: { code: 'login-failed' },
  });
  expect(sent).toEqual([]);
});

it('reports a host that cannot be resolved', async () => {
  const { guarded } = recording({ url: 'https://mcp.example/mcp' });
  expect(await outcome(guarded('https://missing.example/token'))).toMatchObject({ kind: 'network' });
});

it.each([
  ['https://mcp.example/mcp', undefined, 'https://login.example/token'],
  ['https://private.example/mcp', undefined, 'https://private.example/.well-known/x'],
  ['https://mcp.example/mcp', ['private.example'], 'https://private.example/token'],
  ['https://mcp.example/mcp', ['private.example:8443'], 'https://private.example:8443/token'],
  ['https://mcp.example/mcp', ['missing.example'], 'https://missing.example/token'],
  ['https://mcp.example/mcp', ['::1'], 'http://[::1]/token'],
  ['http://localhost:3000/mcp', undefined, 'https://private.example/token'],
  ['http://127.0.0.1:3000/mcp', undefined, 'http://127.0.0.1:4000/token'],
])('for the server %s with the hosts %j sends a request to %s', async (url, allow, address) => {
  const { guarded, sent } = recording({ url, ...(allow && { allow }) });
  expect(await outcome(guarded(address))).toBe(OK);
  expect(sent).toEqual([address]);
});

it('masks the parameters that an error response repeats', async () => {
  const body = new URLSearchParams({ code: 'the-code', code_verifier: 'the-verifier', token: 'the-token' });
  const fetch = () => Promise.resolve(new Response(`no: ${body.toString()} known-secret`, { status: 400 }));
  const masked = authorizationFetch(fetch, 'mcp "x"', new Secrets(['known-secret']));
  const response = await masked('https://login.example/token', { method: 'POST', body });
  expect(response.status).toBe(400);
  expect(await response.text()).toBe('no: code=***&code_verifier=***&token=*** ***');
});

/** Replaces the dispatcher of `fetch`. Returns the origins to which requests are dispatched. */
function dispatched(): readonly string[] {
  const name = Symbol.for(
    `undici.globalDispatcher.${Number.parseInt(process.versions['undici'] ?? '') >= 8 ? 2 : 1}`,
  );
  // Node sets the dispatcher when one of undici's classes is first used.
  Reflect.get(globalThis, 'Headers');
  const former: unknown = Reflect.get(globalThis, name);
  const origins: string[] = [];
  const dispatch = ({ origin }: { readonly origin: string | URL }): boolean => {
    origins.push(String(origin));
    throw new Error('not sent');
  };
  Reflect.set(globalThis, name, { dispatch });
  onTestFinished(() => void Reflect.set(globalThis, name, former));
  return origins;
}

it.each([
  [{ address: '93.184.215.14', family: 4 }, 'https://93.184.215.14:8443'],
  [{ address: '2606:2800:21f::1', family: 6 }, 'https://[2606:2800:21f::1]:8443'],
])(
  'sends the request to the checked address %j, although the name resolves to 127.0.0.1 later',
  async (first, origin) => {
    const origins = dispatched();
    const answers = [first, { address: '127.0.0.1', family: 4 }];
    const resolve = () => Promise.resolve([answers.shift()].flatMap((address) => address ?? []));
    const guarded = guardedFetch({ url: 'https://mcp.example/mcp' }, 'mcp "x"', resolve);
    await expect(guarded('https://rebind.example:8443/token')).rejects.toThrow('fetch failed');
    await expect(guarded('https://rebind.example:8443/token')).rejects.toMatchObject({
      cause: { details: { code: 'private-address' } },
    });
    expect(origins).toEqual([origin]);
  },
);

it('resolves the name of the server and of allowed hosts as `fetch` does', async () => {
  const origins = dispatched();
  const resolve = () => Promise.reject(new Error('not resolved'));
  const place = { url: 'https://mcp.example/mcp', allow: ['login.internal'] };
  const guarded = guardedFetch(place, 'mcp "x"', resolve);
  for (const address of ['https://mcp.example/metadata', 'https://login.internal/token'])
    await expect(guarded(address)).rejects.toThrow('fetch failed');
  expect(origins).toEqual(['https://mcp.example', 'https://login.internal']);
});

it('reports a server that cannot be reached with the kind network, without secrets', async () => {
  const fetch = () => Promise.reject(new TypeError('failed for the-secret'));
  const request = authorizationFetch(fetch, 'mcp "x"', new Secrets(['the-secret']))('https://login.example');
  const error = await request.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({
    cause: { kind: 'network', message: 'mcp "x": authorization: failed for ***' },
  });
});
