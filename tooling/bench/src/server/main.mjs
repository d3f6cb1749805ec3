// Runs the server in a separate process, so that its CPU time is not counted as the client's. Ends with its parent process.
import { createServer } from 'node:net';
import { serve } from './connection.mjs';
import { replies } from './replies.mjs';

const replyTo = replies();
const server = createServer((socket) => serve(socket, replyTo));
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
