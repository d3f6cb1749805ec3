import { serveFetch, type FetchServer } from '@majordomo/test-support/fetch-server';

/** Answers a request of a test server. */
type Fetch = (request: Request) => Promise<Response>;

/** Serves a function over HTTP. The function is set after the port is known, because a card contains the address. */
export async function listen(answer: (origin: string) => Fetch, port = 0): Promise<FetchServer> {
  let fetch: Fetch = () => Promise.resolve(new Response(null, { status: 503 }));
  const server = await serveFetch((request) => fetch(request), port);
  fetch = answer(server.origin);
  return server;
}
