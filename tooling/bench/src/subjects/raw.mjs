import { DECODERS } from './decode.mjs';
import { sessionOver } from './session.mjs';

/** The limit: fetch, JSON and a decoder of a few lines. No retries, no errors worth the name, no abstraction. */
export const raw = (dialect) => ({
  family: 'raw',
  wire: dialect.name,
  async open(origin) {
    const headers = { 'content-type': 'application/json', ...dialect.headers };
    const decode = DECODERS[dialect.framing];

    async function post(body, streamed) {
      const url = dialect.baseURL(origin) + dialect.path(streamed);
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      if (response.ok) return response;
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return sessionOver(dialect, {
      whole: async (body) => (await post(body, false)).json(),
      each: async (body, on) => decode((await post(body, true)).body, on),
    });
  },
});
