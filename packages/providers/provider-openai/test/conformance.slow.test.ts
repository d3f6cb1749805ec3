import * as suite from '@majordomo/conformance';
import {
  casesOf,
  FORMS_OF_RESPONSES,
  INDEPENDENT_OF_CONTENT,
  OTHER_OPERATIONS,
} from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './chat-harnesses.ts';

/** Servers that number the fragments of tool calls in another way than OpenAI. */
const UNUSUAL_CALLS = ['gemini-compatible', 'unplaced', 'poolside'];
const models = harnesses.filter(([name]) => name.startsWith('openai/'));
const unusual = harnesses.filter(([name]) => UNUSUAL_CALLS.includes(name));
const vendors = harnesses.filter((harness) => !models.includes(harness) && !unusual.includes(harness));

describe.concurrent.each(models)(
  '%s',
  casesOf(suite, ['openai/gpt-5'], INDEPENDENT_OF_CONTENT, FORMS_OF_RESPONSES, OTHER_OPERATIONS),
);
describe.concurrent.each(unusual)('%s', casesOf(suite, [], INDEPENDENT_OF_CONTENT));
// `together` changes only the base URL.
describe.concurrent.each(vendors)(
  '%s',
  casesOf(suite, ['together'], INDEPENDENT_OF_CONTENT, FORMS_OF_RESPONSES),
);
