import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createMajordomo, LlmError, user, type Majordomo, type Provider } from '@majordomo/core';
import { createLedger, type Ledger, type LedgerOptions } from '@majordomo/ledger';

/** Creates a ledger with a budget and a request rate for each tenant. They apply to all processes that share the `store`. */
export function createTenants(
  provider: Provider,
  options: Pick<LedgerOptions, 'store' | 'catalog' | 'clock' | 'onAlert'>,
): { readonly majordomo: Majordomo; readonly ledger: Ledger } {
  const ledger = createLedger({
    ...options,
    limits: [
      { name: 'month', max: { usd: '20.00' }, per: 'month', zone: 'Europe/Berlin', each: ['tenant'] },
      { name: 'pace', max: { requests: 60 }, per: 'minute', each: ['tenant'] },
      { name: 'total', max: { usd: '500.00' }, per: 'month', zone: 'Europe/Berlin' },
    ],
  });
  return { ledger, majordomo: createMajordomo({ providers: [provider], gates: [ledger.gate] }) };
}

/** Serves the tenants that `tenantOf` identifies. A denied call has status 429, with `Retry-After` if the wait is known. */
export function server(
  { majordomo, ledger }: ReturnType<typeof createTenants>,
  spec: string,
  tenantOf: (request: IncomingMessage) => string | undefined,
): Server {
  return createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      fail(response, error);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tenant = tenantOf(request);
    if (tenant === undefined) {
      response.writeHead(401).end();
    } else if (request.url === '/budget') {
      // A tenant may see only its own counters.
      const tenantKey = `tenant=${encodeURIComponent(tenant)}`;
      const states = (await ledger.state()).filter(({ key }) => key === tenantKey);
      const shown = states.map(({ limit, left }) => ({ limit: limit.name, left: String(left) }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown));
    } else {
      const question = (await request.setEncoding('utf8').toArray()).join('');
      const call = { messages: [user(question)], maxTokens: 1000 };
      const { text } = await majordomo.model(spec).generate(call, { tenant });
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    }
  }
}

function fail(response: ServerResponse, error: unknown): void {
  if (!LlmError.is(error, 'denied')) {
    response.writeHead(502).end('the model did not answer');
    return;
  }
  const { retryAfterMs } = error.details;
  const headers = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  response.writeHead(429, headers).end('your budget is exhausted');
}
