import * as suite from '@majordomo/conformance';
import { casesOf, INDEPENDENT_OF_CONTENT, OTHER_OPERATIONS } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './harnesses.ts';

describe.concurrent.each(harnesses)(
  '%s',
  casesOf(suite, ['gemini-3.8-flash'], INDEPENDENT_OF_CONTENT, OTHER_OPERATIONS),
);
