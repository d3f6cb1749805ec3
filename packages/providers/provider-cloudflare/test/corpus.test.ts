import { checkFacts, recordings, testRecordings } from '@majordomo/test-support';
import { createCloudflare } from '../src/index.ts';
import { callModel } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };
import { fakeBinding } from './fake-binding.ts';

const cases = recordings('workersai-run');
const check = checkFacts('prompt_tokens', 'completion_tokens');

testRecordings({
  title: 'recordings of workersai-run over REST',
  cases,
  moreThan: 10,
  exceptions,
  play: (baseURL) => callModel(createCloudflare({ baseURL, accountId: 'acc', apiKey: 'key' })),
  check,
});

testRecordings({
  title: 'recordings of workersai-run by the binding',
  // A binding has no statuses.
  cases: cases.filter(({ status }) => status === 200),
  moreThan: 10,
  exceptions,
  play: (baseURL) => callModel(createCloudflare({ binding: fakeBinding(baseURL) })),
  check,
});
