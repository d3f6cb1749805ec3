import { expect, it } from 'vitest';
import { readOllama } from './read.ts';
import { ollamaBody, ollamaFrames } from './stream.ts';

const REQUEST = readOllama('/api/chat', { model: 'm' });

it.each(['text', 'refusal'] as const)(
  'a %s is plain text in a stream and in a non-streaming body',
  (type) => {
    const answer = { id: 'a', parts: [{ type, text: 'I cannot.' }] };
    const lines = ollamaFrames(answer, REQUEST).map(
      ({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as { message: { content: string } },
    );
    expect(lines.map(({ message }) => message.content).join('')).toBe('I cannot.');
    expect(ollamaBody(answer, REQUEST)).toMatchObject({ message: { content: 'I cannot.' } });
  },
);
