// The server as a process of its own: its work must not count as the client's. Tells its port, lives as long as its parent.
import { createServer } from 'node:net';
import {
  anthropicMessages,
  bedrockConverse,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiResponses,
  workersaiRun,
} from '@majordomo/testing';
import { serve } from './connection.mjs';
import { createReplies } from './replies.mjs';

const replyTo = createReplies([
  openaiChat,
  openaiResponses,
  anthropicMessages,
  geminiGenerate,
  bedrockConverse,
  ollamaChat,
  workersaiRun,
]);
const server = createServer((socket) => serve(socket, replyTo));
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
