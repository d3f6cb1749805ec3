import { describe, expect, it } from 'vitest';
import { sameHeaders } from './same-headers.ts';

interface Options {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly signal?: AbortSignal;
  readonly fetchOptions?: object;
  readonly timeout?: number;
}

/** As the generated SDKs do it: headers of the client and of the call, and a count of how often they were built. */
class Client {
  builds = 0;
  private readonly more: (build: number) => Record<string, string>;

  constructor(more: (build: number) => Record<string, string> = () => ({})) {
    this.more = more;
  }

  buildRequest({ method, path, body, headers, timeout }: Options, _more?: { retryCount?: number }) {
    this.builds++;
    return Promise.resolve({
      req: {
        method,
        body,
        headers: new Headers({ authorization: 'Bearer k', ...this.more(this.builds), ...headers }),
      },
      url: `http://h${path}`,
      timeout,
    });
  }
}

const post = (over: Partial<Options> = {}): Options => ({
  method: 'post',
  path: '/v1/x',
  body: '{}',
  ...over,
});
const of = async (client: Client, options: Options, retryCount = 0) => {
  const { req, url } = await client.buildRequest(options, { retryCount });
  return { ...req, url, headers: Object.fromEntries(req.headers) };
};

describe('headers of like calls', () => {
  it('are built twice, and from then on known', async () => {
    const client = sameHeaders(new Client());
    const seen = [];
    for (const body of ['1', '2', '3', '4']) seen.push(await of(client, post({ body })));
    expect(client.builds).toBe(2);
    expect(seen.map(({ body }) => body)).toEqual(['1', '2', '3', '4']);
    expect(new Set(seen.map(({ url, headers }) => JSON.stringify([url, headers]))).size).toBe(1);
    expect(seen[3]).toMatchObject({
      method: 'post',
      url: 'http://h/v1/x',
      headers: { authorization: 'Bearer k' },
    });
  });

  it('are the SDK’s while one of them differs from call to call', async () => {
    const client = sameHeaders(new Client((build) => ({ nonce: String(build) })));
    const nonces = [];
    for (let call = 0; call < 4; call++) nonces.push((await of(client, post())).headers['nonce']);
    expect(nonces).toEqual(['1', '2', '3', '4']);
  });

  it('are the SDK’s where they say how long the body is', async () => {
    const client = sameHeaders(new Client(() => ({ 'content-length': '2' })));
    for (let call = 0; call < 4; call++) await of(client, post());
    expect(client.builds).toBe(4);
  });

  it.each<[string, Partial<Options>]>([
    ['path', { path: '/v1/y' }],
    ['method', { method: 'put' }],
    ['headers', { headers: { tenant: 'b' } }],
  ])('are others for another %s', async (_what, over) => {
    const client = sameHeaders(new Client());
    for (let call = 0; call < 3; call++) await of(client, post());
    const other = await of(client, post(over));
    expect(client.builds).toBe(3);
    expect(other).toEqual(await of(new Client(), post(over)));
  });

  it.each<[string, Partial<Options>, number]>([
    ['a form', { body: new FormData() }, 0],
    ['a query', { query: { a: 1 } }, 0],
    ['a retry', {}, 1],
  ])('are the SDK’s for %s', async (_what, over, retries) => {
    const client = sameHeaders(new Client());
    for (let call = 0; call < 4; call++) await of(client, post(over), retries);
    expect(client.builds).toBe(4);
  });

  it('take the signal and the transport’s options of their own call', async () => {
    const client = sameHeaders(new Client());
    for (let call = 0; call < 2; call++) await of(client, post());
    const { signal } = new AbortController();
    expect(await of(client, post({ signal, fetchOptions: { keepalive: true } }))).toMatchObject({
      signal,
      keepalive: true,
    });
    expect(await of(client, post())).not.toHaveProperty('signal');
  });

  it('may be changed by whoever sends them', async () => {
    const client = sameHeaders(new Client());
    for (let call = 0; call < 3; call++) {
      const { req } = await client.buildRequest(post());
      req.headers.set('authorization', 'mine');
    }
    expect((await of(client, post())).headers).toEqual({ authorization: 'Bearer k' });
  });

  it('are left to a client of another kind', () => {
    const client = { post: () => undefined };
    expect(sameHeaders(client)).toBe(client);
  });
});
