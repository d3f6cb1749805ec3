import { checkFacts, recordings, sequences, testRecordings } from '@majordomo/test-support';
import { createOllama } from '../src/index.ts';
import { callModel } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };

testRecordings({
  title: 'recordings of ollama-chat',
  cases: [...recordings('ollama-chat'), ...sequences('ollama-chat').flatMap(({ steps }) => steps)],
  moreThan: 20,
  exceptions,
  play: (baseURL) => callModel(createOllama({ baseURL })),
  check: checkFacts('prompt_eval_count', 'eval_count'),
});
