import type { IncomingMessage } from 'node:http';

const OWN_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
/** Hosts that a page of another name cannot send, even if its name resolves to this machine. */
const OWN_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;
/** Headers of a proxy on this machine, whose clients are elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'];

/** Whether the request comes from this machine and was addressed to it. */
export const isFromHere = ({ socket, headers }: IncomingMessage): boolean =>
  OWN_ADDRESS.test(socket.remoteAddress ?? '') &&
  OWN_HOST.test(headers.host ?? '') &&
  FORWARDED.every((name) => headers[name] === undefined);
