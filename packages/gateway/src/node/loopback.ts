import type { IncomingMessage } from 'node:http';

const OWN_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
/** What a page of another name could not be made to send, wherever its name points to. */
const OWN_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;
/** Of a proxy on this machine: those who stand behind it are not here. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'];

/** Does it come from this machine, and mean it? */
export const isFromHere = ({ socket, headers }: IncomingMessage): boolean =>
  OWN_ADDRESS.test(socket.remoteAddress ?? '') &&
  OWN_HOST.test(headers.host ?? '') &&
  FORWARDED.every((name) => headers[name] === undefined);
