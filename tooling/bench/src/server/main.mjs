// The server, in a separate process so that its CPU time does not count as the client's. It ends with its parent.
import { createServer } from 'node:net';
import { serve } from './connection.mjs';
import { replies } from './replies.mjs';

const replyTo = replies();
const server = createServer((socket) => serve(socket, replyTo));
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
