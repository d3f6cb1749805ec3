import * as suite from '@majordomo/conformance';
import { casesOf, INDEPENDENT_OF_CONTENT } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './harnesses.ts';
import { platforms } from './platforms.ts';

describe.concurrent.each(harnesses)('%s', casesOf(suite, ['claude-haiku-4-5'], INDEPENDENT_OF_CONTENT));

// The client of a platform reads failed responses itself.
describe.concurrent.each(platforms)('%s', casesOf(suite, []));
