import { EDIT, FOUND, PROMPT, SEARCH } from '../wires/wire.mjs';

/**
 * @typedef {object} Session operations of a subject; unsupported methods are missing
 * @property {() => Promise<string>} [complete] one non-streaming call
 * @property {(onDelta?: (text: string) => void, signal?: AbortSignal) => Promise<string>} [streamText]
 * @property {() => Promise<{ name: string, args: unknown }>} [streamTool]
 * @property {() => Promise<Run>} [runAgent] calls `search` as long as the model requests it
 * @property {(result?: string) => Promise<Run>} [runLoop] the same without an agent, with this result of each call
 * @property {(history: readonly object[], tools?: readonly object[]) => Promise<string>} [completeHistory] one non-streaming call
 *   with these messages
 *
 * @typedef {{ steps: number, text: string, history?: readonly object[] }} Run `history`: messages of a run without an agent
 *
 * @typedef {object} Subject
 * @property {string} family `sdk`, `majordomo`, `undici`, or a peer
 * @property {string} wire
 * @property {(origin: string) => Promise<Session>} open
 */

/**
 * Creates a subject for the vendor's client, used as its documentation shows, but without retries.
 *
 * @param {import('../wires/wire.mjs').Dialect} dialect
 * @returns {Subject}
 */
export const sdk = (dialect) => ({
  family: 'sdk',
  wire: dialect.name,
  async open(origin) {
    const { whole, stream } = await dialect.sdk(dialect.baseURL(origin));
    const question = [dialect.user(PROMPT)];
    return {
      complete: async () => dialect.turn(await whole(dialect.body({ history: question }))).text,
      completeHistory: async (history, tools) =>
        dialect.turn(await whole(dialect.body({ history, tools }))).text,
      async streamText(onDelta) {
        let text = '';
        for await (const event of await stream(dialect.body({ history: question, streamed: true }))) {
          const delta = dialect.text(event);
          if (delta === undefined || delta === null || delta === '') continue;
          text += delta;
          onDelta?.(delta);
        }
        return text;
      },
      async streamTool() {
        let name;
        let json = '';
        const body = dialect.body({ history: question, streamed: true, tools: [EDIT] });
        for await (const event of await stream(body)) {
          name ??= dialect.callName(event);
          json += dialect.json(event) ?? '';
        }
        return { name, args: JSON.parse(json) };
      },
      async runAgent() {
        const { steps, text } = await runLoop();
        return { steps, text };
      },
      runLoop,
    };

    async function runLoop(result = FOUND) {
      const history = [...question];
      for (let steps = 0; ; steps++) {
        const { text, calls, messages } = dialect.turn(
          await whole(dialect.body({ history, tools: [SEARCH] })),
        );
        if (calls.length === 0) return { steps, text, history };
        history.push(...messages, ...dialect.results(calls, result));
      }
    }
  },
});
