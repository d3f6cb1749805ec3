import { sessionOver } from './session.mjs';

/** The vendor's own client, used as its documentation shows; only its retries are off. */
export const sdk = (dialect) => ({
  family: 'sdk',
  wire: dialect.name,
  async open(origin) {
    const { whole, stream } = await dialect.sdk(dialect.baseURL(origin));
    return sessionOver(dialect, {
      whole,
      async each(body, on) {
        for await (const event of await stream(body)) on(event);
      },
    });
  },
});
