import { expect, it } from 'vitest';
import { Fields } from '../parsing/fields.ts';
import { refuseFile, refuseUrl } from '../parsing/media.ts';
import { Notes } from '../parsing/notes.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { Transcript } from '../parsing/transcript.ts';
import { GeminiTurns } from './turns.ts';

const replay = { family: 'gemini/gemini-3-pro', data: { part: { thoughtSignature: 'c2ln' } } };
const signature = tokenText(replay) ?? '';
const question = { role: 'user', parts: [{ text: 'Go on.' }] };

function transcriptOf(turns: readonly Record<string, unknown>[]): Transcript['messages'] {
  const transcript = new Transcript(new Notes());
  const media = {
    byFile: (_: string, path: string) => refuseFile(path),
    byUrl: (_: string, path: string) => refuseUrl(path),
  };
  const reader = new GeminiTurns(transcript, media);
  for (const turn of turns) reader.add(new Fields(turn, 'contents[0]'));
  reader.end();
  return transcript.messages;
}

it('joins the chunks of a thought up to the part with its signature', () => {
  const parts = [
    { thought: true, text: 'A' },
    { thought: true, text: 'B', thoughtSignature: signature },
  ];
  expect(transcriptOf([{ role: 'model', parts }])).toMatchObject([
    { role: 'assistant', parts: [{ type: 'reasoning', text: 'AB', replay }] },
  ]);
});

it('does not join the unsigned thought of an interrupted turn with the thought of a later turn', () => {
  const turns = [
    { role: 'model', parts: [{ thought: true, text: 'A' }] },
    question,
    { role: 'model', parts: [{ thought: true, text: 'B', thoughtSignature: signature }] },
  ];
  expect(transcriptOf(turns)).toMatchObject([
    { role: 'user' },
    { role: 'assistant', parts: [{ type: 'reasoning', text: 'B', replay }] },
  ]);
});
