/**
 * One wire as the SDK and majordomo use it. Requests and answers are the wire's own JSON, which the SDKs pass through.
 *
 * @typedef {object} Dialect
 * @property {string} name as in `ChatRequest.extra`
 * @property {string} model
 * @property {(origin: string) => string} baseURL of the SDK
 * @property {string} [path] below the base URL, for clients of a gateway
 * @property {Record<string, string>} [headers] for clients of a gateway
 * @property {(ask: Ask) => object} body
 * @property {(text: string) => object} user a message of the user
 * @property {(text: string) => object} [assistant] a message of the model, for long conversations
 * @property {(answer: object) => Turn} turn content of a complete answer
 * @property {(text: string) => object} [said] complete answer, for a gateway
 * @property {(calls: readonly Call[], result: string) => object[]} results messages with the results of tool calls
 * @property {(event: object) => string | undefined} text of a streamed event
 * @property {(event: object) => string | undefined} json fragment of the arguments in a streamed event
 * @property {(event: object) => string | undefined} callName name of the tool, if the event starts a call
 * @property {(baseURL: string) => Promise<Sdk>} sdk
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
 * @typedef {object} Sdk the official client without retries
 * @property {(body: object) => Promise<object>} whole
 * @property {(body: object) => Promise<AsyncIterable<object>>} stream
 */

/** Tools as JSON Schema: one with long arguments, and one that an agent calls many times. */
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
/** Result of the search tool, 400 bytes. */
export const FOUND = 'result line of the search tool, fifty chars long. '.repeat(8);
