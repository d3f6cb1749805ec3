// Answers `/v1/embeddings` in a process of its own: as many vectors as there are values, in base64, rendered once.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

const bodies = new Map();

function bodyOf(count, dimensions) {
  const key = `${count} ${dimensions}`;
  const known = bodies.get(key);
  if (known !== undefined) return known;
  const data = Array.from({ length: count }, (_, index) => {
    const vector = Float32Array.from({ length: dimensions }, (__, at) => (at === index % dimensions ? 1 : 0));
    return { object: 'embedding', index, embedding: Buffer.from(vector.buffer).toString('base64') };
  });
  const usage = { prompt_tokens: count, total_tokens: count };
  const body = JSON.stringify({ object: 'list', data, model: 'text-embedding-3-small', usage });
  bodies.set(key, body);
  return body;
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { input, dimensions } = JSON.parse(Buffer.concat(pieces).toString());
    response.setHeader('content-type', 'application/json');
    response.end(bodyOf(input.length, dimensions));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
