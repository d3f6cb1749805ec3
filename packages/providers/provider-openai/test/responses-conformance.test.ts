import * as suite from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './responses-harnesses.ts';

// A model of OpenAI, and a profile that changes only the base URL.
const COMPLETE = ['openai/gpt-5', 'lab'];

describe.concurrent.each(harnesses.map(([name, harness]) => [`${name} over Responses`, harness] as const))(
  '%s',
  casesOf(
    suite,
    COMPLETE.map((name) => `${name} over Responses`),
  ),
);
