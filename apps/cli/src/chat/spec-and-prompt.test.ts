import { expect, it } from 'vitest';
import { parseSpecAndPrompt } from './spec-and-prompt.ts';

const aliases = { fast: 'openai/x' };

it.each([
  [['openai/x', 'hi'], undefined, { spec: 'openai/x', prompt: 'hi' }],
  [['openai/x'], undefined, { spec: 'openai/x', prompt: undefined }],
  [['openai/x, fast'], undefined, { spec: 'openai/x, fast', prompt: undefined }],
  [['fast'], undefined, { spec: 'fast', prompt: undefined }],
  [['fast,openai/x'], undefined, { spec: 'fast,openai/x', prompt: undefined }],
  [['hello'], undefined, { spec: undefined, prompt: 'hello' }],
  [['what is and/or?'], undefined, { spec: undefined, prompt: 'what is and/or?' }],
  [['hello', 'world'], 'fast', { spec: 'fast', prompt: 'hello world' }],
  [[], 'fast', { spec: 'fast', prompt: undefined }],
  [[], undefined, { spec: undefined, prompt: undefined }],
])('parses the arguments %j with --model %s', (args, model, expected) => {
  expect(parseSpecAndPrompt(args, model, aliases)).toEqual(expected);
});
