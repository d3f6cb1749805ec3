import { EDIT, FOUND, PROMPT, SEARCH } from '../wires/wire.mjs';

/**
 * What a subject can do; what it cannot is missing. Every answer is checked by the scenario, so that nobody wins by
 * losing a delta.
 *
 * @typedef {object} Session
 * @property {() => Promise<string>} [complete] one call that is not streamed
 * @property {(onDelta?: (text: string) => void) => Promise<string>} [streamText]
 * @property {() => Promise<{ name: string, args: unknown }>} [streamTool]
 * @property {() => Promise<unknown>} [streamJson] an object, whose parts are looked at while they come
 * @property {() => Promise<{ steps: number, text: string }>} [runAgent] calls `search` as long as the model wants to
 *
 * @typedef {object} Subject
 * @property {string} family `raw`, `sdk`, `majordomo`, or a peer
 * @property {string} wire
 * @property {(origin: string) => Promise<Session>} open
 */

/**
 * Raw fetch and the SDKs differ in how a body is sent and how events come back, and in nothing else.
 *
 * @param {import('../wires/wire.mjs').Dialect} dialect
 * @param {{ whole: (body: object) => Promise<object>, each: (body: object, on: (event: object) => void) => Promise<void> }} line
 * @returns {Session}
 */
export function sessionOver(dialect, { whole, each }) {
  const question = [dialect.user(PROMPT)];

  async function streamText(onDelta) {
    let text = '';
    await each(dialect.body({ history: question, streamed: true }), (event) => {
      const piece = dialect.text(event);
      if (piece === undefined || piece === null || piece === '') return;
      text += piece;
      onDelta?.(piece);
    });
    return text;
  }

  async function streamTool() {
    let name;
    let json = '';
    await each(dialect.body({ history: question, streamed: true, tools: [EDIT] }), (event) => {
      name ??= dialect.callName(event);
      json += dialect.json(event) ?? '';
    });
    return { name, args: JSON.parse(json) };
  }

  async function runAgent() {
    const history = [...question];
    for (let steps = 0; ; steps++) {
      const { text, calls, messages } = dialect.turn(await whole(dialect.body({ history, tools: [SEARCH] })));
      if (calls.length === 0) return { steps, text };
      history.push(...messages, ...dialect.results(calls, FOUND));
    }
  }

  return {
    complete: async () => dialect.turn(await whole(dialect.body({ history: question }))).text,
    streamText,
    ...(dialect.cutsArguments && { streamTool }),
    streamJson: async () => JSON.parse(await streamText()),
    runAgent,
  };
}
