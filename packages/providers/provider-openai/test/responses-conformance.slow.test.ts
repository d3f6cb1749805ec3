import * as suite from '@majordomo/conformance';
import {
  casesOf,
  FORMS_OF_RESPONSES,
  INDEPENDENT_OF_CONTENT,
  OTHER_OPERATIONS,
} from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './responses-harnesses.ts';

const named = harnesses.map(([name, harness]) => [`${name} over Responses`, harness] as const);
const models = named.filter(([name]) => name.startsWith('openai/'));
/** This server ends calls in another form than OpenAI. */
const unusual = named.filter(([name]) => name.startsWith('lmstudio'));
const vendors = named.filter((harness) => !models.includes(harness) && !unusual.includes(harness));

describe.concurrent.each(models)(
  '%s',
  casesOf(
    suite,
    ['openai/gpt-5 over Responses'],
    INDEPENDENT_OF_CONTENT,
    FORMS_OF_RESPONSES,
    OTHER_OPERATIONS,
  ),
);
describe.concurrent.each(unusual)('%s', casesOf(suite, [], INDEPENDENT_OF_CONTENT));
// `lab` changes only the base URL.
describe.concurrent.each(vendors)(
  '%s',
  casesOf(suite, ['lab over Responses'], INDEPENDENT_OF_CONTENT, FORMS_OF_RESPONSES),
);
