/**
 * One wire as raw fetch, the SDK and majordomo speak it. Requests and answers are the wire's own JSON, which the SDKs
 * hand through, so that raw and SDK differ in nothing but what lies between.
 *
 * @typedef {object} Dialect
 * @property {string} name as in `ChatRequest.extra`
 * @property {string} model
 * @property {'sse' | 'lines' | 'eventstream'} framing
 * @property {boolean} cutsArguments do arguments of tool calls come in pieces?
 * @property {(origin: string) => string} baseURL what the SDK takes
 * @property {(streamed: boolean) => string} path behind the base URL
 * @property {Record<string, string>} headers
 * @property {(ask: Ask) => object} body
 * @property {(said: string) => object} user a message of the user
 * @property {(answer: object) => Turn} turn what a whole answer says
 * @property {(text: string) => object} [said] a whole answer, where the wire is one that gateways take
 * @property {(calls: readonly Call[], result: string) => object[]} results what goes back to it
 * @property {(event: object) => string | undefined} text of a streamed event
 * @property {(event: object) => string | undefined} json a piece of the arguments in a streamed event
 * @property {(event: object) => string | undefined} callName the name of a tool, where an event starts a call
 * @property {(baseURL: string) => Promise<Sdk>} [sdk] missing where the vendor has none for it
 * @property {(baseURL: string, id?: string) => Promise<import('@majordomo/core').Provider>} provider
 *
 * @typedef {object} Ask
 * @property {readonly object[]} history
 * @property {readonly Tool[]} [tools]
 * @property {boolean} [streamed]
 *
 * @typedef {{ name: string, description: string, parameters: object }} Tool
 * @typedef {{ id: string, name: string, args: unknown }} Call
 * @typedef {{ text: string, calls: readonly Call[], messages: readonly object[] }} Turn
 *
 * @typedef {object} Sdk the official client, retries off
 * @property {(body: object) => Promise<object>} whole
 * @property {(body: object) => Promise<AsyncIterable<object>>} stream
 */

/** Tools as JSON Schema: one whose arguments are long, and one of which an agent makes many calls. */
export const EDIT = {
  name: 'edit_file',
  description: 'a tool',
  parameters: {
    type: 'object',
    properties: {
      path: { type: 'string' },
      edits: {
        type: 'array',
        items: {
          type: 'object',
          properties: { line: { type: 'number' }, old: { type: 'string' }, new: { type: 'string' } },
          required: ['line', 'old', 'new'],
          additionalProperties: false,
        },
      },
    },
    required: ['path', 'edits'],
    additionalProperties: false,
  },
};

export const SEARCH = {
  name: 'search',
  description: 'a tool',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string' }, limit: { type: 'number' } },
    required: ['query', 'limit'],
  },
};

export const PROMPT = 'Write the words.';
export const KEY = 'key';
/** What the search tool finds: 400 bytes. */
export const FOUND = 'result line of the search tool, fifty chars long. '.repeat(8);
