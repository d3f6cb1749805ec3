import type { ServerResponse } from 'node:http';
import type { ErrorKind } from '@majordomo/core';
import type { Sound } from './sides.ts';

/** Fault of the first target, and the error kinds that are correct for it. */
export interface Row {
  readonly name: string;
  readonly kinds: readonly ErrorKind[];
  readonly play: (response: ServerResponse, sound: Sound) => void;
}

const refuse =
  (status: number): Row['play'] =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"not now"}}');
  };

const half = ({ body }: Sound): string | Uint8Array => body.slice(0, Math.ceil(body.length / 2));

const open = (response: ServerResponse, { type, body }: Sound): ServerResponse =>
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });

/** Faults of chat calls that also apply to non-streaming operations or speech. */
export const ROWS: readonly Row[] = [
  { name: '503', kinds: ['overloaded', 'server'], play: refuse(503) },
  { name: '429', kinds: ['rate-limit'], play: refuse(429) },
  {
    name: 'a socket that closes in the middle',
    kinds: ['network', 'truncated', 'protocol'],
    play: (response, sound) => {
      open(response, sound).write(half(sound), () => response.destroy());
    },
  },
  {
    name: 'a socket that closes before the headers',
    kinds: ['network'],
    play: (response) => {
      response.destroy();
    },
  },
  {
    name: 'silence before the headers',
    kinds: ['timeout'],
    play: () => undefined,
  },
  {
    name: 'silence in the middle',
    kinds: ['timeout'],
    play: (response, sound) => {
      open(response, sound).write(half(sound));
    },
  },
  {
    name: 'broken JSON',
    kinds: ['protocol'],
    play: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data": [');
    },
  },
  {
    name: 'JSON of something else',
    kinds: ['protocol'],
    play: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"world"}');
    },
  },
  {
    name: 'an answer without anything',
    kinds: ['empty', 'protocol', 'truncated'],
    play: (response, { type }) => {
      response.writeHead(200, { 'content-type': type }).end();
    },
  },
  {
    name: 'a page of a proxy',
    kinds: ['protocol'],
    play: (response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    },
  },
];
