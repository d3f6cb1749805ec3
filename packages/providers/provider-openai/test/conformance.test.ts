import * as suite from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './chat-harnesses.ts';

// A model of OpenAI, and a profile that changes only the base URL.
describe.concurrent.each(harnesses)('%s', casesOf(suite, ['openai/gpt-5', 'together']));
