import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Gateway } from '../../src/index.ts';
import { KEY } from './test-gateway.ts';

/** Server of a gateway. */
interface Served {
  /** Such as `http://127.0.0.1:4141`. */
  readonly url: string;
}

type Body = NonNullable<RequestInit['body']> | object;
type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

export const openaiClient = ({ url }: Served, apiKey: string = KEY): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

export const anthropicClient = ({ url }: Served, apiKey: string = KEY): Anthropic =>
  new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });

/** Sends a body, which is JSON if it is a plain object, to a served gateway. */
export const post = ({ url }: Served, path: string, body: Body, init: Init = {}): Promise<Response> =>
  fetch(requestOf(url + path, body, init));

/** Sends a body, which is JSON if it is a plain object, to a gateway without a server. */
export const postTo = (
  gateway: Pick<Gateway, 'fetch'>,
  path: string,
  body: Body,
  init: Init = {},
): Promise<Response> => gateway.fetch(requestOf(`http://gateway.test${path}`, body, init));

const requestOf = (url: string, body: Body, { headers, ...init }: Init): Request =>
  new Request(url, {
    method: 'POST',
    body: isPlain(body) ? JSON.stringify(body) : (body as NonNullable<RequestInit['body']>),
    duplex: 'half',
    ...init,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  });

const isPlain = (body: Body): boolean => Object.getPrototypeOf(body) === Object.prototype;
