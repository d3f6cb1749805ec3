import * as suite from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './harnesses.ts';

/** The bridge in both directions, and a package of the AI SDK. The other packages share the code that reads bytes. */
const COMPLETE = ['a mock model that calls a majordomo chain', '@ai-sdk/openai over Chat Completions'];

describe.concurrent.each(harnesses)('%s', casesOf(suite, COMPLETE));
